use super::{RoleName, UserAnswer};
use crate::answer::json;
use crate::audit::changed;
use crate::auth::{Caller, Permission};
use crate::body;
use crate::error::ApiError;
use crate::page::id;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_store::{Role, User};
use serde::Deserialize;
use utoipa::ToSchema;

/// What to change of an account.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"role": "analyst"}))]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateUserBody {
    role: Option<RoleName>,
    /// `false` refuses the account everywhere, at once.
    is_active: Option<bool>,
}

/// Changes an account. It counts at once, for tokens that are out too. Nobody changes their own
/// account, so that an active admin always remains.
#[utoipa::path(patch, path = "/api/v1/admin/users/{id}", tag = "admins", security(("bearer" = []), ("api_key" = [])),
    params(("id" = Uuid, Path)), request_body = UpdateUserBody,
    responses(
        (status = 200, body = UserAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn update(
    State(app): State<AppState>,
    caller: Caller,
    Path(user): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManageUsers)?;
    let id = id("user", &user)?;
    let UpdateUserBody { role, is_active } = body::json(&app, request).await?;
    if id == caller.user_id {
        return Err(ApiError::invalid("", "this is your own account; ask another admin"));
    }
    let before = app.store.find_user(id).await?.filter(|user| user.tenant_id == caller.tenant_id);
    let before = before.ok_or(ApiError::NotFound("user"))?;
    let role = role.map(Role::from);
    let after = User {
        role: role.unwrap_or(before.role),
        is_active: is_active.unwrap_or(before.is_active),
        ..before.clone()
    };
    let (before, after) = (UserAnswer::from(&before), UserAnswer::from(&after));
    let audit = caller.actor(app.clock.now()).done(&app.random, "user.update", &id.to_string());
    let audit = changed(audit, Some(&before), Some(&after));
    let is_there = app.store.update_user(caller.tenant_id, id, role, is_active, &audit).await?;
    app.forget_user(id);
    if !is_there {
        return Err(ApiError::NotFound("user"));
    }
    json(StatusCode::OK, &after)
}
