use super::ApiKey;
use crate::audit_logs::append;
use crate::columns::from_time;
use crate::{AuditEntry, Store, StoreError};

impl Store {
    /// Adds a key, of which only the hash of the secret is kept, and notes who did it.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] where the prefix is not new, [`StoreError::Database`].
    pub async fn create_api_key(
        &self,
        key: &ApiKey,
        secret_hash: &[u8; 32],
        audit: &AuditEntry,
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        transaction
            .query(
                "INSERT INTO api_keys (id, tenant_id, user_id, name, prefix, secret_hash, scopes,
                     is_active, created_at, expires_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            )
            .bind(key.id)
            .bind(key.tenant_id)
            .bind(key.user_id)
            .bind(key.name.as_str())
            .bind(key.prefix.as_str())
            .bind(&secret_hash[..])
            .bind(key.scopes.as_str())
            .bind(key.is_active)
            .bind(from_time(key.created_at))
            .bind(key.expires_at.map(from_time))
            .execute()
            .await
            .map_err(|error| error.or_if_taken(StoreError::NameTaken))?;
        append(&mut transaction, audit).await?;
        transaction.commit().await
    }
}
