use crate::audit_logs::record;
use crate::{AuditEntry, Role, Store, StoreError};
use uuid::Uuid;

impl Store {
    /// Changes what is given of a user, and notes who did it; `false` if there is no such user.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn update_user(
        &self,
        id: Uuid,
        role: Option<Role>,
        is_active: Option<bool>,
        audit: &AuditEntry,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let sql = "UPDATE users SET role = coalesce(?, role), is_active = coalesce(?, is_active)
                   WHERE id = ?";
        let changed = sqlx::query(sql)
            .bind(role.map(Role::name))
            .bind(is_active)
            .bind(id)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        if changed == 0 {
            return Ok(false);
        }
        record(&mut transaction, audit).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
