use super::RoleName;
use crate::accounts::{Created, Maker, NewAccount};
use crate::answer::{json, no_store};
use crate::auth::{Caller, Permission};
use crate::body;
use crate::error::ApiError;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// An account to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateUserBody {
    /// Unique whatever its case.
    #[schema(example = "ada@example.org", max_length = 254, format = Email)]
    email: String,
    /// 8 to 1,024 bytes, and not a common one. Without it one is drawn, and shown in the answer alone.
    #[schema(min_length = 8, max_length = 1024)]
    password: Option<String>,
    role: RoleName,
}

/// An account that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedUser {
    id: Uuid,
    email: String,
    role: RoleName,
    is_active: bool,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// The password, if it was drawn. It cannot be shown again.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
}

/// Makes an account in the caller's organisation.
#[utoipa::path(post, path = "/api/v1/admin/users", tag = "admins", security(("bearer" = []), ("api_key" = [])),
    request_body = CreateUserBody,
    responses(
        (status = 201, body = CreatedUser),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn create(
    State(app): State<AppState>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManageUsers)?;
    let CreateUserBody { email, password, role } = body::json(&app, request).await?;
    let account = NewAccount { tenant_id: caller.tenant_id, email, password, role: role.into() };
    let maker = Maker::for_request(&app, &caller);
    let created = CreatedUser::from(maker.create(account).await?);
    Ok(no_store(json(StatusCode::CREATED, &created)?))
}

impl From<Created> for CreatedUser {
    fn from(created: Created) -> Self {
        let Created { id, email, role, password, created_at } = created;
        Self { id, email, role: role.into(), is_active: true, created_at, password }
    }
}
