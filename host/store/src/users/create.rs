use crate::audit_logs::append;
use crate::columns::from_time;
use crate::{AuditEntry, Store, StoreError, User};

impl Store {
    /// Adds a user and notes who did it, both or neither.
    ///
    /// # Errors
    /// [`StoreError::EmailTaken`], [`StoreError::Database`].
    pub async fn create_user(&self, user: &User, audit: &AuditEntry) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        transaction
            .query(
                "INSERT INTO users (id, tenant_id, email, password_hash, role, is_active,
                     created_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(user.id)
            .bind(user.tenant_id)
            .bind(user.email.as_str())
            .bind(user.password_hash.as_str())
            .bind(user.role.name())
            .bind(user.is_active)
            .bind(from_time(user.created_at))
            .execute()
            .await
            .map_err(|error| error.or_if_taken(StoreError::EmailTaken))?;
        append(&mut transaction, audit).await?;
        transaction.commit().await
    }
}
