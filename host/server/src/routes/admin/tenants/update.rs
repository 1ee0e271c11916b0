use super::{QuotaBody, TenantAnswer};
use crate::answer::json;
use crate::audit::changed;
use crate::auth::{Caller, Permission};
use crate::body;
use crate::error::ApiError;
use crate::names::check_name;
use crate::page::id;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_store::{HOME_TENANT, Tenant};
use serde::Deserialize;
use utoipa::ToSchema;

/// What to change of an organisation.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"quota": {"rate_requests": 10_000, "fuel_per_day": 1_000_000_000_000_u64}}))]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateTenantBody {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// `false` refuses its users and keys everywhere, at once.
    is_active: Option<bool>,
    /// All of it: what is left out has the server's default again.
    quota: Option<QuotaBody>,
}

/// Changes an organisation. It counts at once. The home organisation stays active.
#[utoipa::path(patch, path = "/api/v1/admin/tenants/{id}", tag = "admins",
    security(("bearer" = []), ("api_key" = [])), params(("id" = Uuid, Path)),
    request_body = UpdateTenantBody,
    responses(
        (status = 200, body = TenantAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn update(
    State(app): State<AppState>,
    caller: Caller,
    Path(tenant): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManageTenants)?;
    let id = id("organisation", &tenant)?;
    let UpdateTenantBody { name, is_active, quota } = body::json(&app, request).await?;
    if id == HOME_TENANT && is_active == Some(false) {
        return Err(ApiError::invalid("/is_active", "the home organisation stays active"));
    }
    let name = name.map(|name| check_name(&app.limits, &name)).transpose()?;
    let before = app.store.get_tenant(id).await?.ok_or(ApiError::NotFound("organisation"))?;
    let after = Tenant {
        name: name.unwrap_or_else(|| before.name.clone()),
        is_active: is_active.unwrap_or(before.is_active),
        quota: quota.map_or(before.quota, QuotaBody::into),
        ..before.clone()
    };
    let answer = TenantAnswer::from(&after);
    let audit = caller.actor(app.clock.now()).done(&app.random, "tenant.update", &id.to_string());
    let audit = changed(audit, Some(&TenantAnswer::from(&before)), Some(&answer));
    let is_there = app.store.update_tenant(&after, &audit).await?;
    app.forget_tenant(id);
    if !is_there {
        return Err(ApiError::NotFound("organisation"));
    }
    json(StatusCode::OK, &answer)
}
