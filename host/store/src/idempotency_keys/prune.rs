use crate::columns::from_time;
use crate::{Store, StoreError};
use time::OffsetDateTime;

impl Store {
    /// Forgets keys from before that moment; how many.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn prune_idempotency_keys(&self, before: OffsetDateTime) -> Result<u64, StoreError> {
        let sql = "DELETE FROM idempotency_keys WHERE created_at < $1";
        self.database.query(sql).bind(from_time(before)).execute().await
    }
}
