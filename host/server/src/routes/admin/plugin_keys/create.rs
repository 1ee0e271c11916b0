use super::{TrustedKeyAnswer, check_scope};
use crate::answer::json;
use crate::audit::changed;
use crate::auth::{Caller, Permission};
use crate::body;
use crate::error::ApiError;
use crate::names::check_name;
use crate::plugins::{key_id, public_key};
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_store::TrustedKey;
use serde::Deserialize;
use utoipa::ToSchema;

/// A key to trust.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateTrustedKeyBody {
    /// Ed25519: PEM, as `openssl pkey -pubout` prints it, or its 32 bytes in base64.
    #[schema(example = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")]
    public_key: String,
    /// Whose key it is; 1 to 200 bytes.
    #[schema(example = "Ada", min_length = 1, max_length = 200)]
    owner: String,
    /// Names of plugins that it may sign; `*` stands for any characters.
    #[schema(example = json!(["knn", "acme_*"]))]
    scope: Vec<String>,
}

/// Trusts a key.
#[utoipa::path(post, path = "/api/v1/admin/plugin-keys", tag = "admins",
    security(("bearer" = []), ("api_key" = [])), request_body = CreateTrustedKeyBody,
    responses(
        (status = 201, body = TrustedKeyAnswer),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn create(
    State(app): State<AppState>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManagePlugins)?;
    let CreateTrustedKeyBody { public_key: text, owner, scope } = body::json(&app, request).await?;
    let public_key = public_key(&text)
        .ok_or_else(|| ApiError::invalid("/public_key", "is no public key of Ed25519"))?;
    let now = app.clock.now();
    let key = TrustedKey {
        id: key_id(&public_key),
        public_key,
        owner: check_name(&app.limits, &owner).map_err(|error| error.moved_to("/owner"))?,
        scope: check_scope(&app, &scope)?,
        is_active: true,
        created_at: now,
    };
    let answer = TrustedKeyAnswer::from(&key);
    let audit = caller.actor(now).done(&app.random, "plugin_key.create", &key.id);
    app.store.create_trusted_key(&key, &changed(audit, None, Some(&answer))).await?;
    json(StatusCode::CREATED, &answer)
}
