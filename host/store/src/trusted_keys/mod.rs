//! Keys whose signatures over plugins count, each for the names in its scope.

mod create;
mod delete;
mod list;
mod update;

use crate::StoreError;
use crate::columns::to_time;
use time::OffsetDateTime;

/// A key that signs plugins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKey {
    /// Made from the key itself.
    pub id: String,
    /// Ed25519.
    pub public_key: [u8; 32],
    /// Whose key it is, for people.
    pub owner: String,
    /// Names of plugins that it may sign, separated by spaces; `*` stands for any characters.
    pub scope: String,
    /// Whether its signatures count on new uploads.
    pub is_active: bool,
    /// When it was added.
    pub created_at: OffsetDateTime,
}

/// The columns of `trusted_keys`, as they come.
#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    public_key: Vec<u8>,
    owner: String,
    scope: String,
    is_active: bool,
    created_at: i64,
}

/// What [`Row`] reads.
const COLUMNS: &str = "id, public_key, owner, scope, is_active, created_at";

impl TryFrom<Row> for TrustedKey {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let public_key = row.public_key.try_into().map_err(|_| StoreError::Inconsistent {
            noun: "trusted key",
            reason: format!("{} has not 32 bytes", row.id),
        })?;
        Ok(Self {
            id: row.id,
            public_key,
            owner: row.owner,
            scope: row.scope,
            is_active: row.is_active,
            created_at: to_time("trusted key", row.created_at)?,
        })
    }
}
