//! The table of contents: every route there is.

use crate::error::ApiError;
use crate::idempotency::idempotent;
use crate::observe::observe;
use crate::routes::{
    admin, api_keys, auth, detect, detections, detectors, docs, health, metrics, models, ready,
};
use crate::state::AppState;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, patch, post, put};

/// The whole server.
pub(crate) fn router(app: AppState) -> Router {
    // Around what creates: once for each `Idempotency-Key`.
    let once = from_fn_with_state(app.clone(), idempotent);
    Router::new()
        // Anyone: is it there, is it well, what can it do
        .route("/health", get(health::health))
        .route("/ready", get(ready::ready))
        .route("/metrics", get(metrics::metrics))
        .route("/openapi.json", get(docs::openapi))
        .route("/docs", get(docs::page))
        // Accounts
        .route("/api/v1/auth/login", post(auth::login::login))
        .route("/api/v1/auth/refresh", post(auth::refresh::refresh))
        .route("/api/v1/auth/logout", post(auth::logout::logout))
        .route("/api/v1/auth/me", get(auth::me::me))
        .route("/api/v1/auth/password", post(auth::password::change))
        .route("/api/v1/auth/password-reset", post(auth::password_reset::reset))
        .route(
            "/api/v1/auth/totp",
            post(auth::totp::begin::begin).delete(auth::totp::remove::remove),
        )
        .route("/api/v1/auth/totp/confirm", post(auth::totp::confirm::confirm))
        .route("/api/v1/auth/oidc/login", get(auth::oidc::login::login))
        .route("/api/v1/auth/oidc/callback", get(auth::oidc::callback::callback))
        .route(
            "/api/v1/api-keys",
            get(api_keys::list::list).merge(post(api_keys::create::create).layer(once.clone())),
        )
        .route("/api/v1/api-keys/{id}", delete(api_keys::revoke::revoke))
        // Clients
        .route("/api/v1/detectors", get(detectors::list))
        .route("/api/v1/detectors/{detector_type}", get(detectors::get))
        .route("/api/v1/detect", post(detect::detect).layer(once.clone()))
        .route("/api/v1/detections", get(detections::list::list))
        .route("/api/v1/detections/{id}", get(detections::get::get))
        .route("/api/v1/detections/{id}/replay", post(detections::replay::replay))
        .route(
            "/api/v1/models",
            get(models::list::list).merge(post(models::fit::fit).layer(once.clone())),
        )
        .route(
            "/api/v1/models/{id}",
            get(models::get::get).patch(models::rename::rename).delete(models::delete::delete),
        )
        .route("/api/v1/models/{id}/score", post(models::score::score).layer(once.clone()))
        // Admins
        .merge(plugins(app.clone()))
        .route("/api/v1/admin/users", get(admin::users::list::list))
        .route("/api/v1/admin/users", post(admin::users::create::create).layer(once.clone()))
        .route("/api/v1/admin/users/{id}", patch(admin::users::update::update))
        .route(
            "/api/v1/admin/users/{id}/password-reset",
            post(admin::users::password_reset::create),
        )
        .route("/api/v1/admin/users/{id}/totp", delete(admin::users::totp::remove))
        .route("/api/v1/admin/tenants", get(admin::tenants::list::list))
        .route("/api/v1/admin/tenants", post(admin::tenants::create::create).layer(once))
        .route("/api/v1/admin/tenants/{id}", patch(admin::tenants::update::update))
        .route("/api/v1/admin/audit-logs", get(admin::audit_logs::list))
        .route("/api/v1/admin/captures", get(admin::captures::list::list))
        .route(
            "/api/v1/admin/captures/{id}",
            get(admin::captures::get::get).delete(admin::captures::delete::delete),
        )
        // Everything else is an error like any other
        .fallback(async || ApiError::RouteUnknown)
        .method_not_allowed_fallback(async || ApiError::MethodUnknown)
        .layer(from_fn_with_state(app.clone(), observe))
        .with_state(app)
}

/// Those of plugins, for admins of the home organisation.
fn plugins(app: AppState) -> Router<AppState> {
    let once = from_fn_with_state(app, idempotent);
    Router::new()
        .route(
            "/api/v1/admin/plugins",
            get(admin::plugins::list::list).post(admin::plugins::upload::upload),
        )
        .route("/api/v1/admin/plugins/gc", post(admin::plugins::gc::gc))
        .route("/api/v1/admin/plugins/{name}", get(admin::plugins::get::get))
        .route(
            "/api/v1/admin/plugins/{name}/comparison",
            get(admin::plugins::comparison::comparison),
        )
        .route("/api/v1/admin/plugins/{name}/promote", post(admin::plugins::promote::promote))
        .route("/api/v1/admin/plugins/{name}/rollback", post(admin::plugins::rollback::rollback))
        .route("/api/v1/admin/plugins/{name}/retire", post(admin::plugins::retire::retire))
        .route(
            "/api/v1/admin/plugins/{name}/quarantine",
            post(admin::plugins::quarantine::quarantine),
        )
        .route("/api/v1/admin/plugins/{name}/fallback", put(admin::plugins::fallback::fallback))
        .route("/api/v1/admin/plugins/{name}/{digest}", delete(admin::plugins::delete::delete))
        .route("/api/v1/admin/plugin-uploads", get(admin::plugin_uploads::list::list))
        .route("/api/v1/admin/plugin-uploads/{id}", get(admin::plugin_uploads::get::get))
        .route("/api/v1/admin/plugin-keys", get(admin::plugin_keys::list::list))
        .route("/api/v1/admin/plugin-keys", post(admin::plugin_keys::create::create).layer(once))
        .route(
            "/api/v1/admin/plugin-keys/{id}",
            patch(admin::plugin_keys::update::update).delete(admin::plugin_keys::delete::delete),
        )
}
