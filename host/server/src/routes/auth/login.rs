use super::{NewToken, TokenAnswer, token_answer};
use crate::auth::SESSION_LIFETIME;
use crate::body;
use crate::error::ApiError;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::response::Response;
use pynomaly_store::{Login, Session};
use serde::Deserialize;
use utoipa::ToSchema;

/// Who it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoginBody {
    #[schema(example = "ada@example.org")]
    email: String,
    password: String,
}

/// Begins a session. An unknown address, a wrong password and a deactivated account have the
/// same answer after the same work.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "accounts", request_body = LoginBody,
    responses(
        (status = 200, body = TokenAnswer),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn login(
    State(app): State<AppState>,
    request: Request,
) -> Result<Response, ApiError> {
    let LoginBody { email, password } = body::json(&app, request).await?;
    let user = app.store.find_user_by_email(&email).await?;
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    let is_right = app.passwords.verify(password, hash).await?;
    let user = user.filter(|user| is_right && user.is_active);
    let user = user.ok_or(ApiError::WrongCredentials)?;

    let now = app.clock.now();
    let refresh_token = NewToken::draw(&app);
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
    token_answer(&app, &session, refresh_token, now)
}
