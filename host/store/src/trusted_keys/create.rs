use super::TrustedKey;
use crate::audit_logs::append;
use crate::columns::from_time;
use crate::{AuditEntry, Store, StoreError};

impl Store {
    /// Adds a key and notes who did it, both or neither.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] where the key is there already, [`StoreError::Database`].
    pub async fn create_trusted_key(
        &self,
        key: &TrustedKey,
        audit: &AuditEntry,
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        transaction
            .query(
                "INSERT INTO trusted_keys (id, public_key, owner, scope, is_active, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(key.id.as_str())
            .bind(&key.public_key[..])
            .bind(key.owner.as_str())
            .bind(key.scope.as_str())
            .bind(key.is_active)
            .bind(from_time(key.created_at))
            .execute()
            .await
            .map_err(|error| error.or_if_taken(StoreError::NameTaken))?;
        append(&mut transaction, audit).await?;
        transaction.commit().await
    }
}
