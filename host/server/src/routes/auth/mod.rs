//! Logging in and out, and how one logs in.

pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod me;
pub(crate) mod oidc;
pub(crate) mod password;
pub(crate) mod password_reset;
pub(crate) mod refresh;
pub(crate) mod totp;

use crate::answer::{json, no_store};
use crate::auth::secret_token::NewToken;
use crate::auth::{ACCESS_TOKEN_LIFETIME, SESSION_LIFETIME};
use crate::error::ApiError;
use crate::state::App;
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_store::{Login, Session, User};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// What a login gives, as OAuth 2.0 writes it (RFC 6749, 5.1).
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenAnswer {
    /// For `Authorization: Bearer …`.
    access_token: String,
    /// Gives the next pair at `/api/v1/auth/refresh`, once.
    refresh_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds until the access token expires.
    expires_in: i64,
}

/// Begins a session of `user`, who has proved to be that.
async fn begin_session(app: &App, user: &User, now: OffsetDateTime) -> Result<Response, ApiError> {
    let refresh_token = NewToken::draw(&app.random);
    let login = Login {
        session_id: app.id(now),
        user_id: user.id,
        token_hash: refresh_token.hash,
        created_at: now,
        expires_at: now + SESSION_LIFETIME,
    };
    app.store.create_session(&login).await?;
    let session = Session {
        id: login.session_id,
        user_id: user.id,
        tenant_id: user.tenant_id,
        role: user.role,
        is_valid: true,
        expires_at: login.expires_at,
    };
    token_answer(app, &session, refresh_token, now)
}

fn token_answer(
    app: &App,
    session: &Session,
    refresh_token: NewToken,
    now: OffsetDateTime,
) -> Result<Response, ApiError> {
    let access_token = app
        .tokens
        .sign(session, app.id(now), now)
        .map_err(|error| ApiError::Internal(format!("a token was not signed: {error}")))?;
    let answer = TokenAnswer {
        access_token,
        refresh_token: refresh_token.text,
        token_type: "Bearer",
        expires_in: ACCESS_TOKEN_LIFETIME.whole_seconds(),
    };
    Ok(no_store(json(StatusCode::OK, &answer)?))
}
