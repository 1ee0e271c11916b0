//! The only crate that knows wasmtime: turns component bytes into detectors that cannot hurt
//! the host, each other or the data.
//!
//! Read in this order: [`Limits`] (what is bounded), `precheck.rs` (what is refused before it is
//! compiled), `compile/` (where the compiler runs), `sandbox.rs` (bytes → [`Plugin`]), `call.rs`
//! (how a call is run and ended).
//!
//! **Isolation.** Every [`Plugin::fit`] and [`Plugin::load`] gets a fresh instance with a memory
//! of its own. That instance lives on as the [`WarmModel`] of one owner and sees no other data.
//! After a trap, an exhausted limit or a cancelled call its memory is gone for good.

mod abilities;
mod bindings;
mod cache;
mod call;
mod compile;
mod convert;
mod error;
mod guest;
mod limits;
mod model;
mod plugin;
mod precheck;
mod profile;
mod runtime;
mod sandbox;
mod section;
mod trace;

pub use cache::digest;
pub use compile::{
    CompileLimit, CompileProcess, Compiler, Progress, Usage, Watch, WorkerBounds, WorkerError,
    compile_worker,
};
pub use error::{CallError, LimitKind, LoadError, SandboxError};
pub use limits::{Budget, Limits};
pub use model::{Explained, Scored, WarmModel};
pub use plugin::{Fitted, Plugin};
pub use profile::Profile;
pub use sandbox::Sandbox;
pub use section::{trailing_section, with_trailing_section};
pub use trace::{Frame, traced};
