use super::Permission;
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use pynomaly_store::Role;
use uuid::Uuid;

/// The user whose access token came with the request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) user_id: Uuid,
    pub(crate) session_id: Uuid,
    pub(crate) role: Role,
}

impl Caller {
    /// Refuses callers without `permission`.
    pub(crate) fn require(&self, permission: Permission) -> Result<(), ApiError> {
        if permission.is_given_to(self.role) {
            Ok(())
        } else {
            Err(ApiError::Forbidden(permission))
        }
    }

    /// Whose rows the caller may read: `None` for everyone's.
    pub(crate) fn reads_only(&self) -> Option<Uuid> {
        (self.role != Role::Admin).then_some(self.user_id)
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let now = app.clock.now();
        let token = bearer(&parts.headers).ok_or(ApiError::Unauthenticated)?;
        let session_id = app.tokens.verify(token, now).ok_or(ApiError::Unauthenticated)?;
        let session = app.sessions.find(&app.store, session_id, now).await?;
        let session = session.filter(|it| it.is_valid && it.expires_at > now);
        let session = session.ok_or(ApiError::Unauthenticated)?;
        Ok(Self { user_id: session.user_id, session_id, role: session.role })
    }
}

/// The token of `Authorization: Bearer TOKEN`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
