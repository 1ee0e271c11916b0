//! Which detector serves which `detector_type`, and the one pipeline that HTTP, the command
//! line, batch jobs and tests all run: fit → score → threshold.
//!
//! Everything here blocks: callers on an async runtime hand it to a blocking thread.
//! To serve another native detector, add it to [`Engine::new`]'s list in `engine.rs`.

mod catalog;
mod cost;
mod detect;
mod digest;
mod engine;
mod error;
mod folder;
mod native;
mod served;
mod watch;

pub use catalog::{Catalog, PluginState, PluginStatus};
pub use detect::{Cut, DetectRequest, Detection, count_anomalies};
pub use digest::data_digest;
pub use engine::Engine;
pub use error::{DetectError, InstallError, Resource};
pub use folder::load_folder;
pub use pynomaly_conformance as conformance;
pub use pynomaly_conformance::{Cost, CostCard};
pub use pynomaly_sandbox::{Budget, CallError, LimitKind, Limits, Sandbox, SandboxError};
pub use served::{FittedModel, Scored, Served};
pub use watch::{FolderWatch, watch_folder};
