use super::provider;
use crate::answer::no_store;
use crate::auth::AuthError;
use crate::auth::oidc::{Pending, cookie};
use crate::error::ApiError;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Sends the browser to the identity provider, which sends it back to
/// `/api/v1/auth/oidc/callback`. It has ten minutes for that.
#[utoipa::path(get, path = "/api/v1/auth/oidc/login", tag = "accounts",
    responses(
        (status = 303, description = "To the provider",
            headers(("Location" = String), ("Set-Cookie" = String))),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 502, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn login(State(app): State<AppState>) -> Result<Response, ApiError> {
    let provider = provider(&app)?;
    let now = app.clock.now();
    let pending = Pending::draw(&app.random, now);
    let url = provider.login_url(&pending, now).await.map_err(AuthError::Oidc)?;
    let cookie = cookie(&app.vault, &app.random, &pending, provider.is_secure());
    let cookie = cookie.map_err(AuthError::Vault)?;
    let headers = [(header::LOCATION, url), (header::SET_COOKIE, cookie)];
    Ok(no_store((StatusCode::SEE_OTHER, headers).into_response()))
}
