use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::routes::admin::users::UserAnswer;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

/// Whose token this is.
#[utoipa::path(get, path = "/api/v1/auth/me", tag = "accounts", 
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, body = UserAnswer)))]
pub(crate) async fn me(State(app): State<AppState>, caller: Caller) -> Result<Response, ApiError> {
    caller.require(Permission::Read)?;
    let user = app.store.find_user(caller.user_id).await?.ok_or(ApiError::Unauthenticated)?;
    json(StatusCode::OK, &UserAnswer::from(&user))
}
