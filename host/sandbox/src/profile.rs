//! Where calls burn their fuel: which functions were running, seen once every so many units.

use crate::convert::cut_text;
use crate::guest::Guest;
use crate::trace::demangle;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use wasmtime::{Engine, Store, StoreContextMut, UpdateDeadline, WasmBacktrace};

/// Fuel between two looks. Counted, not timed: the same call gives the same profile.
pub(crate) const SAMPLE_FUEL: u64 = 20_000;
/// Different stacks that are kept apart; later ones are counted together.
const STACKS_MAX: usize = 100_000;
/// Bytes of a function's name.
const NAME_BYTES_MAX: usize = 200;
/// What stacks past [`STACKS_MAX`] are counted as.
const OTHERS: &str = "(other stacks)";

/// The functions of a plugin, by the fuel they burn; see [`Sandbox::profiling`](crate::Sandbox).
pub struct Profile {
    engine: Engine,
    stacks: Mutex<BTreeMap<String, u64>>,
}

impl Profile {
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine, stacks: Mutex::default() }
    }

    /// Takes what was seen since the last time: stacks, outermost function first, with `;` between,
    /// and how often each was seen.
    #[must_use]
    pub fn take(&self) -> BTreeMap<String, u64> {
        std::mem::take(&mut *self.stacks.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Has the store's instance looked at after each [`Profile::tick`].
    pub(crate) fn watch(self: &Arc<Self>, store: &mut Store<Guest>) {
        let profile = Arc::clone(self);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |store| {
            profile.sample(&store);
            Ok(UpdateDeadline::Continue(1))
        });
    }

    /// Says that the next function that begins or loops is to be looked at.
    pub(crate) fn tick(&self) {
        self.engine.increment_epoch();
    }

    fn sample(&self, store: &StoreContextMut<'_, Guest>) {
        let trace = WasmBacktrace::force_capture(store);
        let names = trace.frames().iter().rev().map(|frame| match frame.func_name() {
            Some(name) => cut_text(demangle(name).replace(';', ":"), NAME_BYTES_MAX),
            None => format!("function {}", frame.func_index()),
        });
        let stack = names.collect::<Vec<_>>().join(";");
        let mut stacks = self.stacks.lock().unwrap_or_else(PoisonError::into_inner);
        let is_kept = stacks.len() < STACKS_MAX || stacks.contains_key(&stack);
        *stacks.entry(if is_kept { stack } else { OTHERS.to_owned() }).or_default() += 1;
    }
}
