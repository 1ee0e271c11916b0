use crate::audit_logs::append;
use crate::columns::from_time;
use crate::{AuditEntry, Owner, Store, StoreError};
use time::OffsetDateTime;
use uuid::Uuid;

impl Store {
    /// Ends a key of `owner`, and notes who did it; the key's prefix, or `None` if there is no
    /// such key that works.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn revoke_api_key(
        &self,
        owner: Owner,
        id: Uuid,
        now: OffsetDateTime,
        audit: &AuditEntry,
    ) -> Result<Option<String>, StoreError> {
        let mut transaction = self.database.begin().await?;
        let query = transaction.query("UPDATE api_keys SET is_active = FALSE, revoked_at = ");
        let query = query.push_bind(from_time(now)).push(" WHERE is_active AND id = ");
        let query = query.push_bind(id).push(" AND tenant_id = ").push_bind(owner.tenant_id);
        let query = query.push_if(" AND user_id = ", owner.user_id).push(" RETURNING prefix");
        let Some((prefix,)) = query.fetch_optional::<(String,)>().await? else {
            return Ok(None);
        };
        append(&mut transaction, audit).await?;
        transaction.commit().await?;
        Ok(Some(prefix))
    }
}
