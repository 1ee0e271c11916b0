//! Which detector serves which `detector_type`, and the one pipeline that HTTP, the command
//! line, batch jobs and tests all run: make ready → fit → score → threshold → explain.
//!
//! Everything here blocks: callers on an async runtime hand it to a blocking thread.
//! To serve another native detector, add it to [`Engine::new`]'s list in `engine.rs`.

mod bundle;
mod catalog;
mod compile;
mod cost;
mod cut;
mod detect;
mod digest;
mod engine;
mod ensemble;
mod error;
mod folder;
mod native;
mod pipeline;
mod replay;
mod served;
mod spending;
mod versions;
mod watch;

pub use bundle::{Bundle, BundleCall, BundleError, BundleLimits};
pub use catalog::{Catalog, PluginState, PluginStatus};
pub use cut::Cut;
pub use detect::{DetectRequest, Detection};
pub use digest::data_digest;
pub use engine::Engine;
pub use ensemble::{MEMBERS_DEFAULT, MemberRecord};
pub use error::{DetectError, InstallError, Resource};
pub use folder::{load_folder, read_card, read_component};
pub use pipeline::{
    FittedPipeline, InsteadOf, Judgement, Judging, Learnt, Pipeline, PipelineRecord,
};
pub use pynomaly_conformance as conformance;
pub use pynomaly_conformance::{Cost, CostCard};
pub use pynomaly_sandbox::{
    Budget, CallError, CompileProcess, Compiler, Frame, LimitKind, Limits, LoadError, Plugin,
    Profile, Progress, Sandbox, SandboxError, Usage, Watch, WorkerBounds, compile_worker, digest,
    traced, trailing_section, with_trailing_section,
};
pub use replay::{Answered, Replay};
pub use served::{FittedModel, Scored, Served};
pub use versions::{Assignment, Role, Sticky};
pub use watch::{FolderKeeper, FolderWatch, watch_folder};
