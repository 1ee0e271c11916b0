use crate::answer::{json, no_store};
use crate::auth::secret_token::NewToken;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::id;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_store::PasswordReset;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// A token that sets a new password, once.
#[derive(Serialize, ToSchema)]
pub(crate) struct ResetTokenAnswer {
    /// For `/api/v1/auth/password-reset`. It cannot be shown again.
    token: String,
    /// From then on it is worthless.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

/// Makes a token with which the user sets a new password, in the place of one made before. The old
/// password works until then.
#[utoipa::path(post, path = "/api/v1/admin/users/{id}/password-reset", tag = "admins",
    security(("bearer" = []), ("api_key" = [])), params(("id" = Uuid, Path)),
    responses(
        (status = 201, body = ResetTokenAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Path(user): Path<String>,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManageUsers)?;
    let id = id("user", &user)?;
    let user = app.store.find_user(id).await?.filter(|user| user.tenant_id == caller.tenant_id);
    let user = user.ok_or(ApiError::NotFound("user"))?;
    let now = app.clock.now();
    let token = NewToken::draw(&app.random);
    let reset = PasswordReset {
        user_id: user.id,
        token_hash: token.hash,
        created_at: now,
        expires_at: now + app.limits.password_reset_age_max,
    };
    let audit = caller.actor(now).done(&app.random, "user.password_reset.begin", &id.to_string());
    app.store.create_password_reset(&reset, &audit).await?;
    let answer = ResetTokenAnswer { token: token.text, expires_at: reset.expires_at };
    Ok(no_store(json(StatusCode::CREATED, &answer)?))
}
