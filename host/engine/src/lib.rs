//! Which detector serves which `detector_type`, and the one pipeline that HTTP, the command
//! line, batch jobs and tests all run: fit → score → threshold.
//!
//! Everything here blocks: callers on an async runtime hand it to a blocking thread.
//! To serve another native detector, add it to [`Engine::new`]'s list in `engine.rs`.

mod catalog;
mod compile;
mod detect;
mod digest;
mod engine;
mod error;
mod folder;
mod native;
mod served;
mod versions;
mod watch;

pub use catalog::{Catalog, PluginState, PluginStatus};
pub use detect::{Cut, DetectRequest, Detection, count_anomalies};
pub use digest::data_digest;
pub use engine::Engine;
pub use error::{DetectError, InstallError};
pub use folder::{load_folder, read_component};
pub use pynomaly_sandbox::{
    Budget, CallError, LimitKind, Limits, LoadError, Sandbox, SandboxError, digest,
    trailing_section, with_trailing_section,
};
pub use served::{FittedModel, Scored, Served};
pub use versions::{Assignment, Role, Sticky};
pub use watch::{FolderKeeper, FolderWatch, watch_folder};
