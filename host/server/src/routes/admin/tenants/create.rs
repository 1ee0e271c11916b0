use super::{QuotaBody, TenantAnswer};
use crate::accounts::{Maker, NewAccount};
use crate::answer::{json, no_store};
use crate::audit::changed;
use crate::auth::{Caller, Permission};
use crate::body;
use crate::error::ApiError;
use crate::names::check_name;
use crate::problem::Problem;
use crate::routes::admin::users::create::CreatedUser;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_store::{Role, Tenant};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An organisation to make, and its first admin.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateTenantBody {
    /// Unique; 1 to 200 bytes.
    #[schema(example = "acme", min_length = 1, max_length = 200)]
    name: String,
    /// Address of its first admin, whose password is drawn and shown in the answer alone.
    #[schema(example = "admin@acme.example", max_length = 254, format = Email)]
    admin_email: String,
    #[serde(default)]
    quota: QuotaBody,
}

/// An organisation that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedTenant {
    #[serde(flatten)]
    tenant: TenantAnswer,
    /// Its first admin, with the password. It cannot be shown again.
    admin: CreatedUser,
}

/// Makes an organisation and its first admin.
#[utoipa::path(post, path = "/api/v1/admin/tenants", tag = "admins",
    security(("bearer" = []), ("api_key" = [])), request_body = CreateTenantBody,
    responses(
        (status = 201, body = CreatedTenant),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn create(
    State(app): State<AppState>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManageTenants)?;
    let CreateTenantBody { name, admin_email, quota } = body::json(&app, request).await?;
    let now = app.clock.now();
    let name = check_name(&app.limits, &name)?;
    // Refused before there is an organisation without an admin.
    if app.store.find_user_by_email(&admin_email).await?.is_some() {
        return Err(ApiError::at(crate::accounts::AccountError::Taken, "/admin_email"));
    }
    let tenant =
        Tenant { id: app.id(now), name, is_active: true, quota: quota.into(), created_at: now };
    let account =
        NewAccount { tenant_id: tenant.id, email: admin_email, password: None, role: Role::Admin };
    account.check().map_err(|error| ApiError::at(error, "/admin_email"))?;
    let answer = TenantAnswer::from(&tenant);
    let audit = caller.actor(now).done(&app.random, "tenant.create", &tenant.id.to_string());
    app.store.create_tenant(&tenant, &changed(audit, None, Some(&answer))).await?;
    let admin = Maker::for_request(&app, &caller).create(account).await?.into();
    Ok(no_store(json(StatusCode::CREATED, &CreatedTenant { tenant: answer, admin })?))
}
