//! How many compilations run at the same time, and how many wait for it.

use crate::error::LoadError;
use crate::limits::Limits;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Places for compilations.
#[derive(Default)]
pub(super) struct Places {
    count: Mutex<Count>,
    free: Condvar,
}

#[derive(Default)]
struct Count {
    running: usize,
    waiting: usize,
}

/// One of them; free again when it is dropped.
pub(super) struct Place(Arc<Places>);

impl Places {
    /// A place, at once or within [`Limits::compile_wall_max`]; tells `waits` if not at once.
    pub(super) fn take(
        places: &Arc<Self>,
        limits: &Limits,
        waits: impl FnOnce(),
    ) -> Result<Place, LoadError> {
        let busy = LoadError::CompileBusy { limit: limits.compiles_max };
        let mut count = places.lock();
        if count.running >= limits.compiles_max {
            if count.waiting >= limits.compiles_waiting_max {
                return Err(busy);
            }
            count.waiting += 1;
            drop(count);
            waits();
            count = places.wait(limits);
            count.waiting -= 1;
            if count.running >= limits.compiles_max {
                return Err(busy);
            }
        }
        count.running += 1;
        Ok(Place(Arc::clone(places)))
    }

    /// Until one is free, or the time is over.
    fn wait(&self, limits: &Limits) -> MutexGuard<'_, Count> {
        let started = Instant::now();
        let mut count = self.lock();
        while count.running >= limits.compiles_max {
            let left = limits.compile_wall_max.checked_sub(started.elapsed());
            let Some(left) = left else { break };
            let waited = self.free.wait_timeout(count, left);
            count = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        count
    }

    fn lock(&self) -> MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
        self.0.free.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn those_beyond_the_places_wait_and_those_beyond_the_queue_are_refused() {
        let limits = Limits {
            compiles_max: 1,
            compiles_waiting_max: 1,
            compile_wall_max: Duration::from_secs(60),
            ..Limits::default()
        };
        let places = Arc::new(Places::default());
        let first = Places::take(&places, &limits, || panic!("waits")).unwrap();
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            let second = scope.spawn(|| Places::take(&places, &limits, || tell.send(()).unwrap()));
            told.recv().unwrap();
            let third = Places::take(&places, &limits, || panic!("waits")).err().unwrap();
            assert!(matches!(third, LoadError::CompileBusy { limit: 1 }), "{third}");
            drop(first);
            assert!(second.join().unwrap().is_ok());
        });
        assert_eq!(places.lock().running, 0);
        assert_eq!(places.lock().waiting, 0);
    }

    #[test]
    fn patience_has_an_end() {
        let compile_wall_max = Duration::from_millis(1);
        let limits = Limits { compiles_max: 1, compile_wall_max, ..Limits::default() };
        let places = Arc::new(Places::default());
        let _first = Places::take(&places, &limits, || ()).unwrap();
        assert!(Places::take(&places, &limits, || ()).is_err());
    }
}
