use crate::audit_logs::append;
use crate::columns::from_time;
use crate::{AuditEntry, Store, StoreError};
use time::OffsetDateTime;
use uuid::Uuid;

impl Store {
    /// All of one of an organisation, encrypted; notes who has read it. `None` where there is none,
    /// or where it has expired.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn read_capture(
        &self,
        tenant_id: Uuid,
        id: Uuid,
        now: OffsetDateTime,
        audit: &AuditEntry,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let mut transaction = self.database.begin().await?;
        let sql = "SELECT bundle FROM captures WHERE id = $1 AND tenant_id = $2
                   AND expires_at > $3";
        let query = transaction.query(sql).bind(id).bind(tenant_id).bind(from_time(now));
        let Some((bundle,)) = query.fetch_optional::<(Vec<u8>,)>().await? else {
            return Ok(None);
        };
        append(&mut transaction, audit).await?;
        transaction.commit().await?;
        Ok(Some(bundle))
    }
}
