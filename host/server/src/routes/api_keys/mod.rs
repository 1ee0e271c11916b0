//! API keys: what programs log in with.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod revoke;

use crate::auth::Scopes;
use pynomaly_store::ApiKey;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// A key, without its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyAnswer {
    id: Uuid,
    /// Whose it is.
    user_id: Uuid,
    name: String,
    /// What the key begins with.
    prefix: String,
    /// What it may do, as far as its user may.
    #[schema(value_type = Vec<String>)]
    scopes: Vec<&'static str>,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// Null for never.
    #[serde(with = "time::serde::rfc3339::option")]
    expires_at: Option<OffsetDateTime>,
    /// To the minute; null for never.
    #[serde(with = "time::serde::rfc3339::option")]
    last_used_at: Option<OffsetDateTime>,
}

impl From<&ApiKey> for KeyAnswer {
    fn from(key: &ApiKey) -> Self {
        let known = key.scopes.split(' ').filter_map(|name| Scopes::of([name]).ok());
        Self {
            id: key.id,
            user_id: key.user_id,
            name: key.name.clone(),
            prefix: key.prefix.clone(),
            scopes: known.flat_map(Scopes::names).collect(),
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
        }
    }
}
