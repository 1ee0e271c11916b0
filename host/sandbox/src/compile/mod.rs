//! From a component that passed the pre-check to machine code, within bounds.
//!
//! The compiler is the largest program that reads a stranger's bytes. A server runs it in a
//! process of its own (`process.rs` starts it, `worker.rs` is what it does), which is ended where
//! it takes too long or too much; programs that have one component and one user run it on a thread
//! (`here.rs`). Either way few run at the same time, and few wait (`places.rs`).

mod error;
mod here;
mod places;
mod process;
mod usage;
mod worker;

pub use error::CompileLimit;
pub use process::CompileProcess;
pub use worker::{WorkerBounds, WorkerError, compile_worker};

use crate::error::LoadError;
use crate::limits::Limits;
use crate::runtime::Code;
use places::Places;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use wasmtime::Engine;

/// Where components are compiled.
#[derive(Debug, Clone, Default)]
pub enum Compiler {
    /// On a thread of this process. It cannot be ended: one that is late is given up, and keeps its
    /// place among those that may run until it is done.
    #[default]
    Here,
    /// In a process for each.
    Process(CompileProcess),
}

/// What is being done for a component that is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The pre-check.
    Precheck,
    /// It waits, because as many compilations run as may.
    Waiting,
    /// It is compiled; said again and again with what that took so far.
    Compiling(Usage),
    /// It is asked what it is.
    Describe,
}

/// What a compilation took so far. Zeros where it runs on a thread, or the system does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Processor time.
    pub cpu: Duration,
    /// The most bytes of memory that it held at the same time.
    pub memory_bytes: u64,
}

/// Is told of [`Progress`], on the thread that loads.
pub type Watch<'a> = &'a dyn Fn(Progress);

/// The compiler of one sandbox, and those made from it.
#[derive(Clone, Default)]
pub(crate) struct Compilations {
    pub(crate) compiler: Compiler,
    places: Arc<Places>,
    is_over: Arc<AtomicBool>,
}

/// One component to compile.
#[derive(Clone, Copy)]
struct Order<'a> {
    component: &'a [u8],
    engine: &'a Engine,
    limits: &'a Limits,
    code: Code,
    watch: Watch<'a>,
}

impl Compilations {
    /// The same places, another compiler.
    pub(crate) fn by(&self, compiler: Compiler) -> Self {
        Self { compiler, ..self.clone() }
    }

    /// Ends those that run, and refuses those that come.
    pub(crate) fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// What `engine` can deserialise.
    pub(crate) fn compile(
        &self,
        component: &[u8],
        engine: &Engine,
        limits: &Limits,
        code: Code,
        watch: Watch<'_>,
    ) -> Result<Vec<u8>, LoadError> {
        if self.is_over.load(Ordering::Relaxed) {
            return Err(LoadError::CompileEnded);
        }
        let place = Places::take(&self.places, limits, || watch(Progress::Waiting))?;
        watch(Progress::Compiling(Usage::default()));
        let order = Order { component, engine, limits, code, watch };
        match &self.compiler {
            Compiler::Here => here::compile(order, place),
            // What is looked at while it runs serves nobody.
            Compiler::Process(_) if code == Code::Profiled => here::compile(order, place),
            Compiler::Process(process) => process.compile(order, &self.is_over, place),
        }
    }
}
