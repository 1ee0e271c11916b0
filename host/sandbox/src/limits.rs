//! Every bound on a plugin, in one place.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use wasmtime::Store;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// What an administrator allows every plugin. [`Budget`] is what one call may use of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a component file. Default 32 MiB.
    pub component_bytes_max: usize,
    /// Core modules inside a component. Default 64: a component of Python has 38.
    pub modules_max: usize,
    /// Plugins installed at the same time; in a database, versions of all of them together.
    /// Default 100.
    pub plugins_max: usize,
    /// Wall time of one compilation, and of the wait for its turn; a later one is ended. Default
    /// 300 s: it has the processor only as far as nobody else needs it.
    pub compile_wall_max: Duration,
    /// Processor time of one that has a process of its own; whole seconds. Default 60 s: a
    /// component of Python takes some 17 s.
    pub compile_cpu_max: Duration,
    /// Bytes of address space of that process. Default 1 GiB: a component of Python needs some 600
    /// MiB, of which it touches 330.
    pub compile_memory_bytes_max: u64,
    /// Bytes of the code that it makes. Default 256 MiB.
    pub compile_output_bytes_max: u64,
    /// Compilations at the same time; where they have no process of their own, those included that
    /// were given up and have not ended yet. Default 2.
    pub compiles_max: usize,
    /// Compilations that wait for their turn. Default 32.
    pub compiles_waiting_max: usize,
    /// Live instances: running calls and warm models together. Default 256.
    pub instances_max: u32,
    /// Bytes of linear memory per instance. Default 256 MiB.
    pub memory_bytes_max: usize,
    /// Elements per table. Default 20,000.
    pub table_elements_max: usize,
    /// Bytes of call stack. Default 1 MiB.
    pub stack_bytes_max: usize,
    /// Component handles alive in an instance. Default 1,000.
    pub handles_max: usize,
    /// Fuel per call: about one unit per WebAssembly instruction. Default 100 billion.
    pub fuel_max: u64,
    /// Wall time per call. Default 30 s.
    pub wall_max: Duration,
    /// Fuel for `describe`, which only returns constants. Default 100 million.
    pub describe_fuel_max: u64,
    /// Wall time for `describe`. Default 1 s.
    pub describe_wall_max: Duration,
    /// Bytes that a descriptor may hold. Default 256 KiB.
    pub descriptor_bytes_max: usize,
    /// Bytes of a saved model. Default 64 MiB.
    pub state_bytes_max: usize,
    /// Bytes of an error text, and of one log message. Default 4 KiB; the rest is cut and
    /// marked.
    pub text_bytes_max: usize,
    /// Log messages kept per call. Default 100.
    pub log_lines_max: usize,
    /// Bytes of log messages kept per call. Default 64 KiB.
    pub log_bytes_max: usize,
    /// Bytes that the guest may hand over beside its scores: error texts, log messages.
    /// Default 256 KiB.
    pub transfer_bytes_max: usize,
    /// Entries of the compile cache; the oldest go first. Default 200.
    pub cache_entries_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            component_bytes_max: 32 * MIB,
            modules_max: 64,
            plugins_max: 100,
            compile_wall_max: Duration::from_secs(300),
            compile_cpu_max: Duration::from_secs(60),
            compile_memory_bytes_max: 1024 * MIB as u64,
            compile_output_bytes_max: 256 * MIB as u64,
            compiles_max: 2,
            compiles_waiting_max: 32,
            instances_max: 256,
            memory_bytes_max: 256 * MIB,
            table_elements_max: 20_000,
            stack_bytes_max: MIB,
            handles_max: 1_000,
            fuel_max: 100_000_000_000,
            wall_max: Duration::from_secs(30),
            describe_fuel_max: 100_000_000,
            describe_wall_max: Duration::from_secs(1),
            descriptor_bytes_max: 256 * KIB,
            state_bytes_max: 64 * MIB,
            text_bytes_max: 4 * KIB,
            log_lines_max: 100,
            log_bytes_max: 64 * KIB,
            transfer_bytes_max: 256 * KIB,
            cache_entries_max: 200,
        }
    }
}

impl Limits {
    /// All that one call may use.
    #[must_use]
    pub fn budget(&self) -> Budget {
        Budget { fuel: self.fuel_max, wall: self.wall_max, cancel: None, meter: None }
    }

    pub(crate) fn describe_budget(&self) -> Budget {
        Budget {
            fuel: self.describe_fuel_max,
            wall: self.describe_wall_max,
            cancel: None,
            meter: None,
        }
    }
}

/// What one call may use. More than the [`Limits`] allow is cut down to them.
#[derive(Debug, Clone)]
pub struct Budget {
    /// Fuel; the deterministic bound.
    pub fuel: u64,
    /// Wall time, from the moment of the call.
    pub wall: Duration,
    /// Set it to end the call from elsewhere.
    pub cancel: Option<Arc<AtomicBool>>,
    /// Adds up the fuel of every call that is made with it, however the call ends.
    pub meter: Option<Arc<AtomicU64>>,
}

impl Budget {
    pub(crate) fn within(&self, limits: &Limits) -> Self {
        Self {
            fuel: self.fuel.min(limits.fuel_max),
            wall: self.wall.min(limits.wall_max),
            cancel: self.cancel.clone(),
            meter: self.meter.clone(),
        }
    }

    /// Adds what a call has burnt in `store` to the meter.
    pub(crate) fn charge<T>(&self, store: &Store<T>) {
        if let Some(meter) = &self.meter {
            let left = store.get_fuel().unwrap_or(0);
            meter.fetch_add(self.fuel.saturating_sub(left), Ordering::Relaxed);
        }
    }

    /// Whether the call is to end from elsewhere.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancel.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    /// When a call made `now` runs out of wall time; `None` for never.
    #[must_use]
    pub fn deadline(&self, now: Instant) -> Option<Instant> {
        now.checked_add(self.wall)
    }
}
