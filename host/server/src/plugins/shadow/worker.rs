use super::offer::verdicts;
use super::{Sample, sums};
use crate::state::{App, AppState};
use pynomaly_core::evaluation::{Compared, Verdicts};
use pynomaly_engine::{Budget, CallError, DetectError, Detection, LimitKind, Served};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;

/// One of so many requests is computed by both versions, for the time that they take under the same
/// conditions: what the caller's computation took says nothing of a thread of the lowest priority.
const TIMED_EVERY: u64 = 4;
/// How long a stop may go unnoticed.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Between two looks for a processor that nobody needs.
const ROOM_EVERY: Duration = Duration::from_millis(2);

/// The thread that computes, and the task that writes down what comes of it.
pub(crate) struct Worker {
    app: AppState,
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
    flush: JoinHandle<()>,
}

/// Begins to.
///
/// # Errors
/// Where the system has no thread to give.
pub(crate) fn start(app: &AppState) -> std::io::Result<Worker> {
    let stop = Arc::new(AtomicBool::new(false));
    let (of_thread, its_stop) = (Arc::clone(app), Arc::clone(&stop));
    let thread = std::thread::Builder::new().name("shadow".into());
    let thread = thread.spawn(move || work(&of_thread, &its_stop))?;
    let flush = tokio::spawn(sums::flush_now_and_then(Arc::clone(app)));
    Ok(Worker { app: Arc::clone(app), stop, thread: Some(thread), flush })
}

impl Worker {
    /// Gives up what is being computed, and writes the last of what was.
    pub(crate) async fn end(mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let thread = self.thread.take();
        // A panic in there is in the log already.
        let _ =
            tokio::task::spawn_blocking(move || thread.map(std::thread::JoinHandle::join)).await;
        let _ = self.flush.await;
        if let Err(error) = sums::flush(&self.app).await {
            tracing::warn!(%error, "what versions in shadow said last was not written");
        }
    }
}

fn work(app: &AppState, stop: &Arc<AtomicBool>) {
    step_back();
    while !stop.load(Ordering::Relaxed) {
        let Some(sample) = app.plugins.shadow.queue.pop(LOOK_EVERY) else { continue };
        while !app.detections.has_room() && !stop.load(Ordering::Relaxed) {
            std::thread::sleep(ROOM_EVERY);
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| run(app, &sample, stop)));
        if stop.load(Ordering::Relaxed) {
            return;
        }
        note(app, &sample, outcome.ok().flatten());
    }
}

/// Gives way to every other thread of the machine.
fn step_back() {
    #[cfg(target_os = "linux")]
    let outcome = {
        use thread_priority::unix::{
            NormalThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy,
            thread_native_id,
        };
        let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
        let lowest = thread_priority::ThreadPriority::Min;
        set_thread_priority_and_policy(thread_native_id(), lowest, idle)
    };
    #[cfg(not(target_os = "linux"))]
    let outcome =
        thread_priority::set_current_thread_priority(thread_priority::ThreadPriority::Min);
    if let Err(error) = outcome {
        tracing::warn!(?error, "versions in shadow compute at the priority of everything else");
    }
}

/// What the candidate said, and the seconds that both took where that was measured.
struct Outcome {
    said: Option<Verdicts>,
    seconds: Option<(f64, f64)>,
}

/// `None` where nothing can be said about the candidate.
fn run(app: &App, sample: &Sample, stop: &Arc<AtomicBool>) -> Option<Outcome> {
    let again = |served: &Arc<Served>| served.detect(&sample.request, &budget(app, stop));
    let is_timed = sample.said.is_some() && (sample.chance / 32).is_multiple_of(TIMED_EVERY);
    // Now the one begins, now the other: the second finds the rows in the processor's caches.
    let is_first = (sample.chance / 1_024).is_multiple_of(2);
    let before = (is_timed && is_first).then(|| again(&sample.active));
    let found = again(&sample.candidate);
    let active = if is_timed && !is_first { Some(again(&sample.active)) } else { before };
    match found {
        Ok(found) => {
            let timed = active.and_then(Result::ok);
            let seconds = timed.map(|active| (seconds(&active), seconds(&found)));
            Some(Outcome { said: Some(verdicts(&found)), seconds })
        }
        Err(DetectError::Call(
            CallError::Cancelled | CallError::Busy { .. } | CallError::Host(_),
        )) => None,
        // Was it slow, or was it this thread that got nothing to compute with?
        Err(DetectError::Call(CallError::Limit(LimitKind::Wall(_))))
            if active.unwrap_or_else(|| again(&sample.active)).is_err() =>
        {
            None
        }
        Err(_) => Some(Outcome { said: None, seconds: None }),
    }
}

/// As much fuel as any call, and its own time.
fn budget(app: &App, stop: &Arc<AtomicBool>) -> Budget {
    let budget = app.engine.sandbox().limits().budget();
    let wall = budget.wall.min(app.limits.shadow_time_max);
    Budget { wall, cancel: Some(Arc::clone(stop)), ..budget }
}

fn seconds(found: &Detection) -> f64 {
    found.detector_time.as_secs_f64()
}

fn note(app: &App, sample: &Sample, outcome: Option<Outcome>) {
    let counted = match outcome {
        Some(Outcome { said, seconds }) => {
            let (active, candidate) = (sample.said.as_ref(), said.as_ref());
            let compared = Compared { active, candidate, seconds };
            app.plugins.shadow.add(sample.pair(), sample.chance, &compared);
            if said.is_some() { "answered" } else { "failed" }
        }
        None => {
            app.plugins.shadow.drop_one(sample.pair());
            "dropped"
        }
    };
    let detector = &sample.candidate.descriptor().name;
    app.metrics.shadow.with_label_values(&[detector.as_str(), counted]).inc();
}
