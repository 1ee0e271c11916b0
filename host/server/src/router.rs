//! The table of contents: every route there is.

use crate::error::ApiError;
use crate::observe::observe;
use crate::routes::{admin, auth, detect, detections, detectors, docs, health, metrics, ready};
use crate::state::AppState;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, patch, post};

/// The whole server.
pub(crate) fn router(app: AppState) -> Router {
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
        // Clients
        .route("/api/v1/detectors", get(detectors::list))
        .route("/api/v1/detectors/{detector_type}", get(detectors::get))
        .route("/api/v1/detect", post(detect::detect))
        .route("/api/v1/detections", get(detections::list::list))
        .route("/api/v1/detections/{id}", get(detections::get::get))
        // Admins
        .route("/api/v1/admin/plugins", get(admin::plugins::list))
        .route("/api/v1/admin/users", get(admin::users::list::list))
        .route("/api/v1/admin/users", post(admin::users::create::create))
        .route("/api/v1/admin/users/{id}", patch(admin::users::update::update))
        // Everything else is an error like any other
        .fallback(async || ApiError::RouteUnknown)
        .method_not_allowed_fallback(async || ApiError::MethodUnknown)
        .layer(from_fn_with_state(app.clone(), observe))
        .with_state(app)
}
