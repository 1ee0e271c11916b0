//! Handlers, one file each: permission, parse, one call, answer.

pub(crate) mod admin;
pub(crate) mod api_keys;
pub(crate) mod auth;
pub(crate) mod detect;
pub(crate) mod detections;
pub(crate) mod detectors;
pub(crate) mod docs;
pub(crate) mod health;
pub(crate) mod metrics;
pub(crate) mod models;
pub(crate) mod ready;
