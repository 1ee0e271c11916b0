use super::provider;
use crate::audit::Origin;
use crate::auth::AuthError;
use crate::auth::oidc::{OidcError, Pending, forget_cookie, user_of};
use crate::error::ApiError;
use crate::page::query;
use crate::problem::Problem;
use crate::routes::auth::{TokenAnswer, begin_session};
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::Response;
use serde::Deserialize;
use subtle::ConstantTimeEq;
use utoipa::IntoParams;

/// What the provider sends back; providers may add to it.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CallbackQuery {
    /// To be redeemed for a token.
    code: Option<String>,
    /// What the login sent.
    state: Option<String>,
    /// Why there is no code.
    error: Option<String>,
}

/// Begins a session of whoever comes back from the identity provider: of the user who is linked to
/// that account, or who has its verified address, or, with `OIDC_CREATE_USERS`, of a new viewer.
/// The provider sees to second factors.
#[utoipa::path(get, path = "/api/v1/auth/oidc/callback", tag = "accounts", params(CallbackQuery),
    responses(
        (status = 200, body = TokenAnswer),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 502, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn callback(
    State(app): State<AppState>,
    origin: Origin,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let provider = provider(&app)?;
    let query: CallbackQuery = query(&uri)?;
    let now = app.clock.now();
    let pending = Pending::of(&app.vault, &headers, now);
    let (code, pending) = begun(query, pending).map_err(AuthError::Oidc)?;
    let person = provider.person(code, pending, now).await.map_err(AuthError::Oidc)?;
    let user = user_of(&app, person, provider.creates_users(), origin, now).await?;
    let mut response = begin_session(&app, &user, now).await?;
    let cookie = HeaderValue::try_from(forget_cookie(provider.is_secure()));
    let cookie = cookie.map_err(|error| ApiError::Internal(error.to_string()))?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

/// The code and the login that it answers. What the provider says is looked at only once it is
/// known to belong to a login of this browser.
fn begun(query: CallbackQuery, pending: Option<Pending>) -> Result<(String, Pending), OidcError> {
    let pending = pending.ok_or(OidcError::NotBegun("there is no cookie, or an old one"))?;
    let state = query.state.unwrap_or_default();
    if !bool::from(state.as_bytes().ct_eq(pending.state.as_bytes())) {
        return Err(OidcError::NotBegun("the state is another one"));
    }
    if let Some(error) = query.error {
        return Err(OidcError::Refused(error));
    }
    let code = query.code.ok_or_else(|| OidcError::Refused("without a code".into()))?;
    Ok((code, pending))
}
