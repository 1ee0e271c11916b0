use crate::audit_logs::append;
use crate::sessions::revoke_all;
use crate::{AuditEntry, Role, Store, StoreError};
use uuid::Uuid;

impl Store {
    /// Changes what is given of a user of `tenant_id`, and notes who did it; `false` if there is
    /// no such user.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn update_user(
        &self,
        tenant_id: Uuid,
        id: Uuid,
        role: Option<Role>,
        is_active: Option<bool>,
        audit: &AuditEntry,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.begin().await?;
        let sql = "UPDATE users SET role = coalesce($1, role), is_active = coalesce($2, is_active)
                   WHERE id = $3 AND tenant_id = $4";
        let query = transaction.query(sql).bind(role.map(Role::name)).bind(is_active);
        if query.bind(id).bind(tenant_id).execute().await? == 0 {
            return Ok(false);
        }
        if is_active == Some(false) {
            // Over is over: they do not come back with the user.
            revoke_all(&mut transaction, id, None, audit.timestamp).await?;
        }
        append(&mut transaction, audit).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
