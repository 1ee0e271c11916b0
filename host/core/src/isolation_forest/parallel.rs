//! Work shared between threads.

use crate::DetectorError;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

/// Runs `work` once for each job, on this thread and up to `threads − 1` more, until one fails.
///
/// # Errors
/// That of the first job that failed.
pub(super) fn try_for_each<J: Send>(
    threads: usize,
    jobs: impl Iterator<Item = J> + Send,
    work: impl Fn(J) -> Result<(), DetectorError> + Sync,
) -> Result<(), DetectorError> {
    let jobs = Mutex::new(jobs);
    let next = || jobs.lock().unwrap_or_else(PoisonError::into_inner).next();
    let failure = OnceLock::new();
    let run = || {
        while failure.get().is_none()
            && let Some(job) = next()
        {
            if let Err(error) = work(job) {
                failure.get_or_init(|| error);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            // Where the system has no thread to give, those that run do all the work.
            if thread::Builder::new().spawn_scoped(scope, run).is_err() {
                break;
            }
        }
        run();
    });
    failure.into_inner().map_or(Ok(()), Err)
}
