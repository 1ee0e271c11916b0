use super::{RoleName, UserAnswer};
use crate::accounts::Maker;
use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::body;
use crate::error::ApiError;
use crate::page::id;
use crate::problem::Problem;
use crate::request_id::RequestId;
use crate::state::AppState;
use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_store::Role;
use serde::Deserialize;
use utoipa::ToSchema;

/// What to change of an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateUserBody {
    role: Option<RoleName>,
    /// `false` refuses the account everywhere, at once.
    is_active: Option<bool>,
}

/// Changes an account. It counts at once, for tokens that are out too. Nobody changes their own
/// account, so that an active admin always remains.
#[utoipa::path(patch, path = "/api/v1/admin/users/{id}", tag = "admins", security(("bearer" = [])),
    params(("id" = Uuid, Path)), request_body = UpdateUserBody,
    responses(
        (status = 200, body = UserAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn update(
    State(app): State<AppState>,
    caller: Caller,
    Extension(request_id): Extension<RequestId>,
    Path(user): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManageUsers)?;
    let user = id("user", &user)?;
    let UpdateUserBody { role, is_active } = body::json(&app, request).await?;
    if user == caller.user_id {
        return Err(ApiError::invalid("", "this is your own account; ask another admin"));
    }
    let maker = Maker::for_request(&app, &caller, &request_id);
    let audit = maker.audit("user.update", &user.to_string());
    let is_there = app.store.update_user(user, role.map(Role::from), is_active, &audit).await?;
    app.sessions.forget_user(user);
    let changed = if is_there { app.store.find_user(user).await? } else { None };
    json(StatusCode::OK, &UserAnswer::from(changed.ok_or(ApiError::NotFound("user"))?))
}
