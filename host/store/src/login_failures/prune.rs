use crate::columns::from_time;
use crate::{Store, StoreError};
use time::OffsetDateTime;

impl Store {
    /// Forgets failures from before `since`, and the oldest beyond `rows_max` subjects.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn prune_login_failures(
        &self,
        since: OffsetDateTime,
        rows_max: u32,
    ) -> Result<u64, StoreError> {
        let sql = "DELETE FROM login_failures WHERE last_at < ";
        let old = self.database.query(sql).push_bind(from_time(since)).execute().await?;
        let sql = "DELETE FROM login_failures WHERE last_at <
                   (SELECT last_at FROM login_failures ORDER BY last_at DESC LIMIT 1 OFFSET ";
        let query = self.database.query(sql).push_bind(i64::from(rows_max.max(1)) - 1);
        Ok(old + query.push(")").execute().await?)
    }
}
