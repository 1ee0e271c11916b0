use crate::audit_logs::record;
use crate::columns::from_time;
use crate::{AuditEntry, Store, StoreError, User};

impl Store {
    /// Adds a user and notes who did it, both or neither.
    ///
    /// # Errors
    /// [`StoreError::EmailTaken`], [`StoreError::Database`].
    pub async fn create_user(&self, user: &User, audit: &AuditEntry) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(
            "INSERT INTO users (id, email, password_hash, role, is_active, created_at)
             VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(user.id)
        .bind(&user.email)
        .bind(&user.password_hash)
        .bind(user.role.name())
        .bind(user.is_active)
        .bind(from_time(user.created_at))
        .execute(&mut *transaction)
        .await
        .map_err(|error| match error.as_database_error() {
            Some(cause) if cause.is_unique_violation() => StoreError::EmailTaken,
            _ => error.into(),
        })?;
        record(&mut transaction, audit).await?;
        Ok(transaction.commit().await?)
    }
}
