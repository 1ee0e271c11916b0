//! API keys: what programs log in with. A key acts for the user who made it, within its scopes.

mod create;
mod find;
mod list;
mod revoke;
mod touch;

use crate::columns::to_time;
use crate::{Role, StoreError};
use time::OffsetDateTime;
use uuid::Uuid;

/// A key without its secret, which nobody can read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Version 7.
    pub id: Uuid,
    /// Whose organisation it belongs to.
    pub tenant_id: Uuid,
    /// Who made it, and for whom it acts.
    pub user_id: Uuid,
    /// For people.
    pub name: String,
    /// The readable start of the key; unique.
    pub prefix: String,
    /// What it may do, separated by spaces.
    pub scopes: String,
    /// Not revoked.
    pub is_active: bool,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it ends; `None` for never.
    pub expires_at: Option<OffsetDateTime>,
    /// When it was last used, to the minute or so.
    pub last_used_at: Option<OffsetDateTime>,
}

/// What a request must know of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownKey {
    /// The key.
    pub key: ApiKey,
    /// SHA-256 of the whole key.
    pub secret_hash: [u8; 32],
    /// What its user may do now.
    pub role: Role,
    /// Not revoked, and neither its user nor the organisation deactivated. Expiry is for the
    /// caller's clock to judge.
    pub is_valid: bool,
}

/// The columns of `api_keys`, as they come.
#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    tenant_id: Uuid,
    user_id: Uuid,
    name: String,
    prefix: String,
    scopes: String,
    is_active: bool,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
}

/// What [`Row`] reads.
const COLUMNS: &str = "api_keys.id, api_keys.tenant_id, api_keys.user_id, api_keys.name, prefix, \
                       scopes, api_keys.is_active, api_keys.created_at, expires_at, last_used_at";

impl TryFrom<Row> for ApiKey {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let time = |at| to_time("api key", at);
        Ok(Self {
            id: row.id,
            tenant_id: row.tenant_id,
            user_id: row.user_id,
            created_at: time(row.created_at)?,
            expires_at: row.expires_at.map(time).transpose()?,
            last_used_at: row.last_used_at.map(time).transpose()?,
            name: row.name,
            prefix: row.prefix,
            scopes: row.scopes,
            is_active: row.is_active,
        })
    }
}
