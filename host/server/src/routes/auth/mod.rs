//! Logging in and out.

pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod me;
pub(crate) mod refresh;

use crate::answer::{json, no_store};
use crate::auth::{ACCESS_TOKEN_LIFETIME, refresh_token};
use crate::error::ApiError;
use crate::state::App;
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_store::Session;
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

/// A refresh token that no one has yet: for the client, and as the database keeps it.
struct NewToken {
    text: String,
    hash: [u8; 32],
}

impl NewToken {
    fn draw(app: &App) -> Self {
        let text = refresh_token::encode(app.random.bytes());
        Self { hash: refresh_token::hash(&text), text }
    }
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
