use crate::answer::json;
use crate::audit::changed;
use crate::auth::{Caller, Permission};
use crate::body;
use crate::error::ApiError;
use crate::plugins::{PluginError, apply};
use crate::problem::Problem;
use crate::state::{App, AppState};
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_store::{Fallback, PluginRefusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who is to answer, and what whoever asks has seen.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"to": "detector", "detector_type": "isolation_forest", "revision": 3}))]
#[serde(deny_unknown_fields)]
pub(crate) struct FallbackBody {
    to: FallbackTo,
    /// The detector, with `"to": "detector"`; or one version of it.
    detector_type: Option<String>,
    /// The revision of the name, from the list; 409 where somebody was faster.
    revision: u64,
}

/// Who answers while a plugin's breaker is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FallbackTo {
    /// Nobody: 503 `plugin_broken`.
    Nobody,
    /// The version that was active before, with the caller's parameters; in the stead of a canary,
    /// the active one.
    Previous,
    /// Another detector, with its default parameters.
    Detector,
}

/// Who answers in the stead of a plugin.
#[derive(Serialize, ToSchema)]
pub(crate) struct FallbackView {
    to: FallbackTo,
    /// The detector, with `"to": "detector"`.
    detector_type: Option<String>,
}

/// Who answers in the stead of which plugin.
#[derive(Serialize, ToSchema)]
pub(crate) struct FallbackAnswer {
    /// The plugin.
    plugin: String,
    #[serde(flatten)]
    fallback: FallbackView,
    /// The revision of the name now.
    revision: u64,
}

impl FallbackView {
    pub(super) fn of(fallback: &Fallback) -> Self {
        match fallback {
            Fallback::Previous => Self { to: FallbackTo::Previous, detector_type: None },
            Fallback::Detector(detector_type) => {
                Self { to: FallbackTo::Detector, detector_type: Some(detector_type.clone()) }
            }
        }
    }
}

/// Says who answers detections for this name while the breaker of the version is open that should:
/// such answers are `degraded`. Whoever names a version, a fit, and a model get 503 all the same.
#[utoipa::path(put, path = "/api/v1/admin/plugins/{name}/fallback", tag = "admins",
    security(("bearer" = []), ("api_key" = [])), params(("name" = String, Path)),
    request_body = FallbackBody,
    responses(
        (status = 200, body = FallbackAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn fallback(
    State(app): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManagePlugins)?;
    let body: FallbackBody = body::json(&app, request).await?;
    let catalog = app.store.list_plugins().await?;
    let before = catalog.name(&name).ok_or(ApiError::NotFound("plugin"))?.fallback.clone();
    let after = body.check(&app, &name)?;
    let audit = caller.actor(app.clock.now()).done(&app.random, "plugin.fallback", &name);
    let audit = changed(audit, Some(&told(before.as_ref())), Some(&told(after.as_ref())));
    let set = app.store.set_plugin_fallback(&name, body.revision, after.as_ref(), &audit).await?;
    let revision = set.map_err(|refusal| match refusal {
        PluginRefusal::Stale(revision) => PluginError::Stale { revision },
        PluginRefusal::Missing | PluginRefusal::From(_) => PluginError::Missing,
    })?;
    apply(&app).await?;
    let fallback = FallbackView { to: body.to, detector_type: body.detector_type };
    json(StatusCode::OK, &FallbackAnswer { plugin: name, fallback, revision })
}

impl FallbackBody {
    fn check(&self, app: &App, name: &str) -> Result<Option<Fallback>, ApiError> {
        match (self.to, &self.detector_type) {
            (FallbackTo::Nobody, None) => Ok(None),
            (FallbackTo::Previous, None) => Ok(Some(Fallback::Previous)),
            (FallbackTo::Detector, Some(detector_type)) => {
                let at = |message: &str| ApiError::invalid("/detector_type", message);
                let there = app.engine.get(detector_type);
                let there = there.map_err(|error| at(&error.to_string()))?;
                if there.is_ensemble() {
                    return Err(at("an ensemble may have the broken plugin among its members"));
                }
                if there.descriptor().name == name {
                    return Err(at("is a version of the plugin itself"));
                }
                Ok(Some(Fallback::Detector(detector_type.clone())))
            }
            _ => {
                let message = "belongs to `\"to\": \"detector\"`, and to nothing else";
                Err(ApiError::invalid("/detector_type", message))
            }
        }
    }
}

/// What the audit log says of it.
fn told(fallback: Option<&Fallback>) -> &str {
    match fallback {
        None => "nobody",
        Some(Fallback::Previous) => "the previous version",
        Some(Fallback::Detector(detector_type)) => detector_type,
    }
}
