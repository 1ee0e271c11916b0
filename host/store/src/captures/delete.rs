use crate::audit_logs::append;
use crate::columns::from_time;
use crate::{AuditEntry, Store, StoreError};
use time::OffsetDateTime;
use uuid::Uuid;

impl Store {
    /// Deletes one of an organisation, and notes who did it; `false` where there is none.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn delete_capture(
        &self,
        tenant_id: Uuid,
        id: Uuid,
        audit: &AuditEntry,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.begin().await?;
        let sql = "DELETE FROM captures WHERE id = $1 AND tenant_id = $2";
        if transaction.query(sql).bind(id).bind(tenant_id).execute().await? == 0 {
            return Ok(false);
        }
        append(&mut transaction, audit).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Deletes those that have expired; how many.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn prune_captures(&self, now: OffsetDateTime) -> Result<u64, StoreError> {
        let sql = "DELETE FROM captures WHERE expires_at <= $1";
        self.database.query(sql).bind(from_time(now)).execute().await
    }
}
