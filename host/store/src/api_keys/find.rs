use super::{COLUMNS, KnownKey, Row};
use crate::{Role, Store, StoreError};

/// A key, and what stands with its user and organisation.
#[derive(sqlx::FromRow)]
struct KnownRow {
    #[sqlx(flatten)]
    key: Row,
    secret_hash: Vec<u8>,
    role: String,
    is_valid: bool,
}

impl Store {
    /// The key that begins with `prefix`, with what its user may do now.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn find_api_key(&self, prefix: &str) -> Result<Option<KnownKey>, StoreError> {
        let query = self.database.query("SELECT ").push(COLUMNS).push(
            ", secret_hash, role,
                 (api_keys.is_active AND users.is_active AND tenants.is_active) AS is_valid
             FROM api_keys JOIN users ON users.id = api_keys.user_id
             JOIN tenants ON tenants.id = api_keys.tenant_id WHERE prefix = ",
        );
        let Some(row) = query.push_bind(prefix).fetch_optional::<KnownRow>().await? else {
            return Ok(None);
        };
        let secret_hash = row.secret_hash.try_into().map_err(|_| StoreError::Inconsistent {
            noun: "api key",
            reason: "its hash has not 32 bytes".into(),
        })?;
        let role = Role::from_column(&row.role)?;
        Ok(Some(KnownKey { key: row.key.try_into()?, secret_hash, role, is_valid: row.is_valid }))
    }
}
