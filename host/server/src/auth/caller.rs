use super::api_key::{self, PREFIX};
use super::error::AuthError;
use super::{Permission, Scopes};
use crate::audit::Origin;
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use pynomaly_store::{BucketKey, Owner, Role};
use time::OffsetDateTime;
use uuid::Uuid;

/// The header in which a key may come instead of `Authorization`.
const API_KEY: &str = "x-api-key";

/// The user whose access token or API key came with the request.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) user_id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) role: Role,
    /// What of the role's permissions the key has; a session has all.
    pub(crate) scopes: Scopes,
    /// The login; `None` for a key.
    pub(crate) session_id: Option<Uuid>,
    /// The request and where it came from.
    pub(crate) origin: Origin,
}

impl Caller {
    /// Refuses callers without `permission`.
    pub(crate) fn require(&self, permission: Permission) -> Result<(), ApiError> {
        if permission.is_given_to(self.role, self.tenant_id) && self.scopes.contain(permission) {
            Ok(())
        } else {
            Err(ApiError::forbidden(permission, self))
        }
    }

    /// The caller's login; what changes how one logs in is not for API keys.
    pub(crate) fn session(&self) -> Result<Uuid, AuthError> {
        self.session_id.ok_or(AuthError::SessionNeeded)
    }

    /// Whose detections the caller may read: an analyst their own; a viewer, who makes none, and
    /// an admin the whole organisation's.
    pub(crate) fn reads(&self) -> Owner {
        let user_id = (self.role == Role::Analyst).then_some(self.user_id);
        Owner { tenant_id: self.tenant_id, user_id }
    }

    /// Whose rows the caller may change: an admin the whole organisation's, others their own.
    pub(crate) fn changes(&self) -> Owner {
        let user_id = (self.role != Role::Admin).then_some(self.user_id);
        Owner { tenant_id: self.tenant_id, user_id }
    }

    /// What everyone of the organisation may read.
    pub(crate) fn tenant(&self) -> Owner {
        Owner { tenant_id: self.tenant_id, user_id: None }
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let now = app.clock.now();
        let origin = Origin::of(parts);
        let caller = match credential(&parts.headers) {
            None => None,
            Some(key) if key.starts_with(PREFIX) => by_key(app, key, origin, now).await?,
            Some(token) => by_token(app, token, origin, now).await?,
        };
        let Some((caller, bucket)) = caller else {
            app.quotas.admit_address(&parts.extensions, now).await?;
            return Err(ApiError::Unauthenticated);
        };
        app.quotas.admit(app, bucket, caller.tenant_id, &parts.extensions, now).await?;
        Ok(caller)
    }
}

async fn by_token(
    app: &AppState,
    token: &str,
    origin: Origin,
    now: OffsetDateTime,
) -> Result<Option<(Caller, BucketKey)>, ApiError> {
    let Some(session_id) = app.tokens.verify(token, now) else { return Ok(None) };
    let session = app.sessions.find(&app.store, session_id, now).await?;
    let Some(session) = session.filter(|it| it.is_valid && it.expires_at > now) else {
        return Ok(None);
    };
    let caller = Caller {
        user_id: session.user_id,
        tenant_id: session.tenant_id,
        role: session.role,
        scopes: Scopes::ALL,
        session_id: Some(session_id),
        origin,
    };
    Ok(Some((caller, BucketKey::User(session.user_id))))
}

async fn by_key(
    app: &AppState,
    key: &str,
    origin: Origin,
    now: OffsetDateTime,
) -> Result<Option<(Caller, BucketKey)>, ApiError> {
    let Some(known) = app.keys.find(&app.store, key, now).await? else { return Ok(None) };
    // A scope that this version does not know gives nothing.
    let names = known.key.scopes.split(' ').filter(|name| Scopes::of([*name]).is_ok());
    let scopes = Scopes::of(names).map_err(|name| ApiError::Internal(name.to_owned()))?;
    api_key::note_use(app, &known.key, now);
    let caller = Caller {
        user_id: known.key.user_id,
        tenant_id: known.key.tenant_id,
        role: known.role,
        scopes,
        session_id: None,
        origin,
    };
    Ok(Some((caller, BucketKey::ApiKey(known.key.id))))
}

/// The token or key of `X-API-Key` or `Authorization: Bearer …`. Not of both: who sends two would
/// not know as whom they act.
fn credential(headers: &HeaderMap) -> Option<&str> {
    let authorization = headers.get(AUTHORIZATION);
    if let Some(key) = headers.get(API_KEY) {
        let key = key.to_str().ok().map(str::trim).filter(|key| key.starts_with(PREFIX));
        return key.filter(|_| authorization.is_none());
    }
    let (scheme, token) = authorization?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
