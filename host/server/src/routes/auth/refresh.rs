use super::{TokenAnswer, token_answer};
use crate::auth::secret_token::{self, NewToken};
use crate::body;
use crate::error::ApiError;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::response::Response;
use pynomaly_store::Refreshed;
use serde::Deserialize;
use utoipa::ToSchema;

/// The token of the last login or refresh.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"refresh_token": "hH3…"}))]
#[serde(deny_unknown_fields)]
pub(crate) struct RefreshBody {
    refresh_token: String,
}

/// Gives a new pair of tokens for an unused refresh token. A token that comes a second time was
/// stolen from one of its two users: the whole session ends.
#[utoipa::path(post, path = "/api/v1/auth/refresh", tag = "accounts", request_body = RefreshBody,
    responses(
        (status = 200, body = TokenAnswer),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn refresh(
    State(app): State<AppState>,
    request: Request,
) -> Result<Response, ApiError> {
    let RefreshBody { refresh_token } = body::json(&app, request).await?;
    let now = app.clock.now();
    let next = NewToken::draw(&app.random);
    let old = secret_token::hash(&refresh_token);
    match app.store.refresh_session(&old, &next.hash, now).await? {
        Refreshed::Continued(session) => token_answer(&app, &session, next, now),
        Refreshed::Reused { session_id } => {
            app.sessions.forget(session_id);
            tracing::warn!(%session_id, "a refresh token came twice; its session has ended");
            Err(ApiError::WrongRefreshToken)
        }
        Refreshed::Unknown => Err(ApiError::WrongRefreshToken),
    }
}
