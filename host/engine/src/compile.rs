//! Loading within bounds: a compilation may take a while, but not for ever, and only a few run at
//! the same time.
//!
//! A compilation cannot be stopped from outside. It has a thread of its own; where it is late, it
//! is given up and reported, its thread goes on to its end, and what it makes is dropped there.
//! Until then it keeps its place among those that may run, so that a component that takes for ever
//! costs one processor and never two of them.

use crate::engine::Engine;
use crate::error::InstallError;
use crate::served::Served;
use pynomaly_sandbox::LoadError;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Places for compilations.
#[derive(Default)]
pub(crate) struct Places {
    taken: Mutex<usize>,
    free: Condvar,
}

/// One of them; free again when it is dropped.
struct Place(Arc<Places>);

impl Engine {
    /// Checks and compiles `component`, and asks it what it is. It is not served: that is for
    /// [`Engine::assign`]. Blocks, for [`pynomaly_sandbox::Limits::compile_wall_max`] at most, and
    /// as long again for its turn.
    ///
    /// # Errors
    /// [`InstallError`], which names the step that refused it.
    pub fn load(&self, component: Arc<[u8]>) -> Result<Arc<Served>, InstallError> {
        let limits = self.sandbox().limits();
        let (limit, most) = (limits.compile_wall_max, limits.compiles_max);
        let place = Places::take(&self.compiling, most, limit);
        let place = place.ok_or(InstallError::CompileBusy { limit: most })?;
        let (sender, outcome) = channel();
        let sandbox = self.sandbox().clone();
        let compile = move || {
            let outcome = sandbox.load(&component).map(|it| Served::plugin(it, &component));
            drop(place);
            // Nobody waits for what is late.
            let _ = sender.send(outcome);
        };
        let thread = std::thread::Builder::new().name("plugin-compile".into());
        let no_thread = |error| LoadError::Compile(format!("there is no thread for it: {error}"));
        thread.spawn(compile).map_err(no_thread)?;
        match outcome.recv_timeout(limit) {
            Ok(outcome) => Ok(Arc::new(outcome?)),
            Err(RecvTimeoutError::Timeout) => Err(InstallError::CompileTime { limit }),
            Err(RecvTimeoutError::Disconnected) => {
                Err(LoadError::Compile("the compiler panicked; the log has more".into()).into())
            }
        }
    }
}

impl Places {
    fn take(places: &Arc<Self>, most: usize, patience: Duration) -> Option<Place> {
        let started = Instant::now();
        let mut taken = places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        while *taken >= most {
            let left = patience.checked_sub(started.elapsed())?;
            let waited = places.free.wait_timeout(taken, left);
            taken = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        *taken += 1;
        Some(Place(Arc::clone(places)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *self.0.taken.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.free.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pynomaly_sandbox::{Limits, Sandbox};

    const KNN: &[u8] = include_bytes!("../../../tests/fixtures/1.0/knn.wasm");

    fn engine(limits: Limits) -> Engine {
        Engine::new(Sandbox::new(limits, None).unwrap())
    }

    #[test]
    fn late_compilation_is_reported_and_keeps_its_place_until_it_ends() {
        let compile_wall_max = Duration::from_millis(1);
        let engine = engine(Limits { compile_wall_max, compiles_max: 1, ..Limits::default() });
        let late = engine.load(KNN.into()).err().unwrap();
        assert_eq!(late.to_string(), "compile: not done within 0.001 s, which is the limit");
        let busy = engine.load(KNN.into()).err().unwrap();
        assert!(matches!(busy, InstallError::CompileBusy { limit: 1 }), "{busy}");
        while *engine.compiling.taken.lock().unwrap() > 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(matches!(engine.load(KNN.into()), Err(InstallError::CompileTime { .. })));
    }

    #[test]
    fn loaded_component_is_not_served_yet() {
        let engine = engine(Limits::default());
        let served = engine.load(KNN.into()).unwrap();
        assert_eq!(served.descriptor().name, "knn");
        assert!(engine.get("knn").is_err());
        assert!(matches!(engine.load(b"x"[..].into()), Err(InstallError::Load(_))));
    }
}
