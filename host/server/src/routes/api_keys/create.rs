use super::KeyAnswer;
use crate::answer::{json, no_store};
use crate::audit::changed;
use crate::auth::api_key::NewKey;
use crate::auth::{Caller, Permission, Scopes};
use crate::body;
use crate::error::ApiError;
use crate::names::check_name;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_store::{ApiKey, Owner};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// What a key may do where nothing is said.
const SCOPES: [&str; 3] = ["read", "detect", "fit"];

/// A key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateKeyBody {
    /// 1 to 200 bytes.
    #[schema(example = "nightly job", min_length = 1, max_length = 200)]
    name: String,
    /// What it may do: `read`, `detect`, `fit`, `keys`, `users`, `audit`, `plugins`, `tenants`, as
    /// far as its user may; the first three if not given.
    scopes: Option<Vec<String>>,
    /// When it ends (RFC 3339); never if not given.
    #[serde(default, with = "time::serde::rfc3339::option")]
    expires_at: Option<OffsetDateTime>,
}

/// A key that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedKey {
    /// The whole key, for `X-API-Key` or `Authorization: Bearer …`. It cannot be shown again.
    key: String,
    #[serde(flatten)]
    answer: KeyAnswer,
}

/// Makes a key that acts for the caller. A key makes only keys of its own scopes.
#[utoipa::path(post, path = "/api/v1/api-keys", tag = "accounts",
    security(("bearer" = []), ("api_key" = [])), request_body = CreateKeyBody,
    responses(
        (status = 201, body = CreatedKey),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn create(
    State(app): State<AppState>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManageKeys)?;
    let CreateKeyBody { name, scopes, expires_at } = body::json(&app, request).await?;
    let now = app.clock.now();
    let name = check_name(&app.limits, &name)?;
    let scopes = check_scopes(&caller, scopes)?;
    if expires_at.is_some_and(|end| end <= now) {
        return Err(ApiError::invalid("/expires_at", "is in the past"));
    }
    check_count(&app, &caller).await?;
    let new = NewKey::draw(&app.random);
    let key = ApiKey {
        id: app.id(now),
        tenant_id: caller.tenant_id,
        user_id: caller.user_id,
        name,
        prefix: new.prefix,
        scopes: scopes.to_string(),
        is_active: true,
        created_at: now,
        expires_at,
        last_used_at: None,
    };
    let answer = KeyAnswer::from(&key);
    let audit = caller.actor(now).done(&app.random, "api_key.create", &key.id.to_string());
    app.store.create_api_key(&key, &new.hash, &changed(audit, None, Some(&answer))).await?;
    Ok(no_store(json(StatusCode::CREATED, &CreatedKey { key: new.text, answer })?))
}

fn check_scopes(caller: &Caller, names: Option<Vec<String>>) -> Result<Scopes, ApiError> {
    let names = names.unwrap_or_else(|| SCOPES.map(str::to_owned).into());
    for (index, name) in names.iter().enumerate() {
        let pointer = format!("/scopes/{index}");
        let scope = Scopes::of([name.as_str()])
            .map_err(|name| ApiError::invalid(&pointer, format!("there is no scope `{name}`")))?;
        if !scope.is_within(caller.scopes) {
            let message = format!("your key has not the scope `{name}` itself");
            return Err(ApiError::invalid(pointer, message));
        }
    }
    let all = Scopes::of(names.iter().map(String::as_str));
    all.map_err(|name| ApiError::invalid("/scopes", format!("there is no scope `{name}`")))
}

async fn check_count(app: &AppState, caller: &Caller) -> Result<(), ApiError> {
    let most = app.limits.api_keys_max;
    let own = Owner { tenant_id: caller.tenant_id, user_id: Some(caller.user_id) };
    let page = app.store.list_api_keys(own, None, most).await?;
    if page.items.len() < most as usize {
        return Ok(());
    }
    Err(ApiError::invalid("", format!("you have {most} API keys, which is the limit")))
}
