//! Keys whose signatures over plugins count. For admins of the home organisation.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod update;

use crate::error::ApiError;
use crate::state::AppState;
use pynomaly_store::TrustedKey;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// A key that signs plugins.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrustedKeyAnswer {
    /// The first 16 hexadecimal digits of the SHA-256 of the key's 32 bytes.
    id: String,
    /// Whose key it is.
    owner: String,
    /// Names of plugins that it may sign; `*` stands for any characters.
    scope: Vec<String>,
    /// Whether its signatures count on new uploads.
    is_active: bool,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

impl From<&TrustedKey> for TrustedKeyAnswer {
    fn from(key: &TrustedKey) -> Self {
        Self {
            id: key.id.clone(),
            owner: key.owner.clone(),
            scope: key.scope.split(' ').map(str::to_owned).collect(),
            is_active: key.is_active,
            created_at: key.created_at,
        }
    }
}

/// Patterns as they are stored.
fn check_scope(app: &AppState, scope: &[String]) -> Result<String, ApiError> {
    let most = app.limits.name_bytes_max;
    let is_pattern = |pattern: &String| {
        let is_letter = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
        !pattern.is_empty() && pattern.bytes().all(|it| is_letter(it) || it == b'_' || it == b'*')
    };
    if let Some(index) = scope.iter().position(|pattern| !is_pattern(pattern)) {
        let message = "must be a name of a plugin, of a-z, 0-9 and _, with * for any characters";
        return Err(ApiError::invalid(format!("/scope/{index}"), message));
    }
    let joined = scope.join(" ");
    if joined.is_empty() || joined.len() > most {
        return Err(ApiError::invalid("/scope", format!("must have 1 to {most} bytes in all")));
    }
    Ok(joined)
}
