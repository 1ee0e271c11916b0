//! What can go wrong between the host and a guest, by whose fault it is.

use crate::compile::CompileLimit;
use pynomaly_core::DetectorError;
use std::fmt;
use std::time::Duration;

/// Why the sandbox itself could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The engine refused its configuration, or the machine lacks something it needs.
    #[error("the sandbox cannot start: {0}")]
    Engine(String),
    /// The folder of the compile cache cannot be used.
    #[error("the compile cache cannot be used: {0}")]
    Cache(#[from] std::io::Error),
}

/// Why some bytes did not become a plugin. Each variant is one step of the way.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Larger than allowed.
    #[error("size: the component has more than {limit} bytes, which is the limit")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// Not a valid WebAssembly component.
    #[error("format: {0}")]
    Format(String),
    /// Asks the host for something that plugins are not given.
    #[error("imports: `{0}` is not granted to plugins")]
    Import(String),
    /// Declares more than an instance may have.
    #[error("resources: {what} of {declared}, the limit is {limit}")]
    Resources {
        /// What is declared.
        what: &'static str,
        /// How much of it.
        declared: u64,
        /// How much is allowed.
        limit: u64,
    },
    /// Does not export what the contract asks for.
    #[error("contract: {0}")]
    Contract(String),
    /// Could not be compiled.
    #[error("compile: {0}")]
    Compile(String),
    /// The compilation ran into a limit and was ended, or given up.
    #[error("compile: not done within {0}, which is the limit")]
    CompileLimit(CompileLimit),
    /// As many compilations run, and wait, as may; try again later.
    #[error("compile: {limit} others are being compiled, which is the limit; try again later")]
    CompileBusy {
        /// How many at the same time.
        limit: usize,
    },
    /// Nothing is compiled any more: [`crate::Sandbox::end_compilations`].
    #[error("compile: nothing is compiled any more; this server ends")]
    CompileEnded,
    /// The machine is at fault.
    #[error("compile: {0}")]
    CompileHost(String),
    /// `describe` had no answer.
    #[error("describe: {0}")]
    Describe(#[source] CallError),
    /// `describe` answered nonsense.
    #[error("descriptor: {0}")]
    Descriptor(String),
}

impl LoadError {
    /// Whether another time the same bytes may become a plugin: it is not they that are at fault.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::CompileBusy { .. } | Self::CompileEnded | Self::CompileHost(_))
    }
}

/// Why a call into a plugin has no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The detector's own verdict: the plugin works, the call was wrong.
    #[error(transparent)]
    Detector(#[from] DetectorError),
    /// The call ran into a limit.
    #[error("the call ran into its limit of {0}")]
    Limit(LimitKind),
    /// The plugin failed.
    #[error("the plugin failed: {reason}{}", at(.location.as_deref()))]
    Trap {
        /// The panic message, or the kind of trap.
        reason: String,
        /// `file:line` in the plugin's source, or the function where it carries no line tables.
        location: Option<String>,
    },
    /// The plugin answered something that the contract rules out.
    #[error("the plugin broke the contract: {0}")]
    Contract(String),
    /// Every instance is taken.
    #[error("all {limit} plugin instances are in use")]
    Busy {
        /// How many there are.
        limit: u32,
    },
    /// The caller gave up.
    #[error("the call was cancelled")]
    Cancelled,
    /// An earlier call ended this model's instance.
    #[error("the model was dropped after an earlier fault")]
    Gone,
    /// A fault of the host itself.
    #[error("the sandbox failed: {0}")]
    Host(String),
}

/// Which limit ended a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitKind {
    /// Fuel units.
    Fuel(u64),
    /// Wall time.
    Wall(Duration),
    /// Bytes of linear memory.
    Memory(usize),
    /// Bytes of call stack.
    Stack(usize),
    /// Component handles.
    Handles(usize),
    /// Bytes handed from the guest to the host.
    Transfer(usize),
}

impl LimitKind {
    /// A stable word for codes and metrics: `fuel`, `wall`, `memory`, `stack`, `handles`,
    /// `transfer`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fuel(_) => "fuel",
            Self::Wall(_) => "wall",
            Self::Memory(_) => "memory",
            Self::Stack(_) => "stack",
            Self::Handles(_) => "handles",
            Self::Transfer(_) => "transfer",
        }
    }
}

impl fmt::Display for LimitKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fuel(units) => write!(out, "{units} units of fuel"),
            Self::Wall(time) => write!(out, "{} ms of wall time", time.as_millis()),
            Self::Memory(bytes) => write!(out, "{bytes} bytes of memory"),
            Self::Stack(bytes) => write!(out, "{bytes} bytes of stack"),
            Self::Handles(count) => write!(out, "{count} handles"),
            Self::Transfer(bytes) => write!(out, "{bytes} bytes handed to the host"),
        }
    }
}

fn at(location: Option<&str>) -> String {
    location.map(|place| format!(" (at {place})")).unwrap_or_default()
}
