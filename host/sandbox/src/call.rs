//! How a call into a guest is run, and how it is ended.
//!
//! wasmtime runs the guest as a coroutine that gives way every [`YIELD_FUEL`] units. Nothing
//! else runs meanwhile on this thread; the pause is only used to look at the clock and at the
//! caller's wish to cancel.

use crate::abilities::Abilities;
use crate::bindings::Plugin as Bindings;
use crate::convert::cut_text;
use crate::error::{CallError, LimitKind};
use crate::guest::Guest;
use crate::limits::{Budget, Limits};
use crate::profile::{Profile, SAMPLE_FUEL};
use crate::trace::{demangle, record};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;
use wasmtime::component::Instance;
use wasmtime::{PoolConcurrencyLimitError, Store, Trap, WasmBacktrace};

/// Fuel between two looks at the clock: about a millisecond of work.
pub(crate) const YIELD_FUEL: u64 = 2_000_000;

/// Bytes of a function's name in a report.
const FUNCTION_NAME_MAX: usize = 200;

/// One instance with its memory.
pub(crate) struct Live {
    pub(crate) store: Store<Guest>,
    pub(crate) instance: Instance,
    pub(crate) bindings: Bindings,
    pub(crate) abilities: Abilities,
    /// Who looks on, in a sandbox that profiles.
    pub(crate) profile: Option<Arc<Profile>>,
    pub(crate) limits: Arc<Limits>,
}

/// How a running future was ended early.
enum Stopped {
    Deadline,
    Cancelled,
}

/// A store for one instance, without fuel yet.
pub(crate) fn new_store(
    engine: &wasmtime::Engine,
    plugin: Arc<str>,
    limits: &Arc<Limits>,
    profile: Option<&Arc<Profile>>,
) -> Store<Guest> {
    let mut store = Store::new(engine, Guest::new(plugin, Arc::clone(limits)));
    store.limiter(|guest| guest);
    if let Some(profile) = profile {
        profile.watch(&mut store);
        store.data_mut().yield_fuel = SAMPLE_FUEL;
    }
    store.set_max_component_handles(limits.handles_max);
    store
}

/// Gives the store what the budget and the expected size of the answer allow.
pub(crate) fn refuel(
    store: &mut Store<Guest>,
    budget: &Budget,
    answer_bytes: usize,
) -> Result<(), CallError> {
    store.set_fuel(budget.fuel).map_err(host)?;
    store.fuel_async_yield_interval(Some(store.data().yield_fuel)).map_err(host)?;
    let transfer = answer_bytes.saturating_add(store.data().transfer_bytes_max());
    store.set_hostcall_fuel(transfer);
    Ok(())
}

/// Runs one call to its end or to its deadline, on this thread.
///
/// The store is handed in by value inside `future`: whoever gets an error drops it.
pub(crate) fn drive<T>(
    future: impl Future<Output = wasmtime::Result<T>>,
    budget: &Budget,
    profile: Option<&Arc<Profile>>,
) -> Result<wasmtime::Result<T>, CallError> {
    match poll_until(future, budget, profile) {
        Ok(outcome) => Ok(outcome),
        Err(Stopped::Deadline) => Err(CallError::Limit(LimitKind::Wall(budget.wall))),
        Err(Stopped::Cancelled) => Err(CallError::Cancelled),
    }
}

fn poll_until<F: Future>(
    future: F,
    budget: &Budget,
    profile: Option<&Arc<Profile>>,
) -> Result<F::Output, Stopped> {
    let deadline = budget.deadline(Instant::now());
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(outcome) = future.as_mut().poll(&mut context) {
            return Ok(outcome);
        }
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(Stopped::Deadline);
        }
        if budget.is_cancelled() {
            return Err(Stopped::Cancelled);
        }
        if let Some(profile) = profile {
            profile.tick();
        }
    }
}

/// What a failed call means. Reads the guest's last words from the store.
pub(crate) fn explain(
    error: &wasmtime::Error,
    store: &mut Store<Guest>,
    budget: &Budget,
    answer_bytes: usize,
) -> CallError {
    record(error);
    let guest = store.data_mut();
    let limits = guest.limits();
    if error.is::<PoolConcurrencyLimitError>() {
        return CallError::Busy { limit: limits.instances_max };
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => return CallError::Limit(LimitKind::Fuel(budget.fuel)),
        Some(Trap::StackOverflow) => {
            return CallError::Limit(LimitKind::Stack(limits.stack_bytes_max));
        }
        _ if guest.memory_refused => {
            return CallError::Limit(LimitKind::Memory(limits.memory_bytes_max));
        }
        Some(trap) => {
            let trap = trap.to_string();
            let kind = trap.trim_start_matches("wasm trap: ").to_owned();
            let reason = guest.take_last_error().unwrap_or(kind);
            return CallError::Trap { reason, location: location(error) };
        }
        None => {}
    }
    let text = format!("{error:#}");
    // wasmtime gives these two no type of their own.
    if text.contains("hostcall fuel") || text.contains("fuel allocated for hostcalls") {
        let bytes = answer_bytes.saturating_add(limits.transfer_bytes_max);
        return CallError::Limit(LimitKind::Transfer(bytes));
    }
    if text.contains("handle") && text.contains("limit") {
        return CallError::Limit(LimitKind::Handles(limits.handles_max));
    }
    CallError::Contract(text)
}

/// `file:line` of the innermost frame in the plugin's own source; the function's name where the
/// plugin carries no line tables.
fn location(error: &wasmtime::Error) -> Option<String> {
    let trace = error.downcast_ref::<WasmBacktrace>()?;
    let symbols = trace.frames().iter().flat_map(|frame| frame.symbols());
    let line = symbols.into_iter().find_map(|symbol| {
        let file = symbol.file().filter(|file| is_own_source(file))?;
        Some(format!("{file}:{}", symbol.line()?))
    });
    line.or_else(|| {
        let names = trace.frames().iter().filter_map(|frame| frame.func_name());
        let own = names.map(demangle).find(|name| is_own_function(name))?;
        Some(cut_text(own, FUNCTION_NAME_MAX))
    })
}

/// Not the machinery of a panic.
fn is_own_function(name: &str) -> bool {
    !["core::", "std::", "alloc::", "rust_", "__rust", "_rust", "<std::"]
        .iter()
        .any(|it| name.starts_with(it))
}

/// Not the standard library's, whose frames stand on top of every panic.
fn is_own_source(file: &str) -> bool {
    !["/rustc", "/library/", "rust-src"].iter().any(|part| file.contains(part))
}

/// A failure that no guest can cause.
pub(crate) fn host(error: wasmtime::Error) -> CallError {
    CallError::Host(format!("{error:#}"))
}
