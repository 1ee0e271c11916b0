//! How far an upload is: which step it is at, how long each took, what the compilation takes.

use super::lock;
use pynomaly_engine::{Progress, Usage};
use serde::{Deserialize, Serialize};
use std::sync::Mutex;
use std::time::Instant;
use utoipa::ToSchema;

/// The steps of one upload so far; shared between whoever does them and whoever tells of them.
#[derive(Default)]
pub(crate) struct Steps(Mutex<Vec<Taken>>);

struct Taken {
    step: &'static str,
    state: StepState,
    begun: Instant,
    seconds: f64,
    usage: Option<Usage>,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StepState {
    /// For a place among those that may run.
    Waiting,
    Running,
    Done,
    Failed,
}

/// One step of an upload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct StepAnswer {
    /// `receive`, `turn`, `digest`, `signature`, `pre-check`, `compile`, `describe`, `name`,
    /// `self-test` or `store`, in this order; what is not needed is left out.
    #[schema(example = "compile")]
    pub(crate) step: String,
    pub(crate) state: StepState,
    /// How long it took, or takes so far.
    pub(crate) seconds: f64,
    /// Processor time of the compilation so far; null for other steps, and what comes out of the compile
    /// cache.
    pub(crate) cpu_seconds: Option<f64>,
    /// The most memory that it held so far, in bytes; null likewise.
    pub(crate) memory_bytes: Option<u64>,
}

impl Steps {
    /// The step before is done, this one begins.
    pub(crate) fn begin(&self, step: &'static str) {
        let mut steps = lock(&self.0);
        end(&mut steps, StepState::Done);
        let (begun, state) = (Instant::now(), StepState::Running);
        steps.push(Taken { step, state, begun, seconds: 0.0, usage: None });
    }

    /// What the sandbox says while it loads a component.
    pub(crate) fn follow(&self, progress: Progress) {
        match progress {
            Progress::Precheck => self.begin("pre-check"),
            Progress::Waiting => {
                self.begin("compile");
                self.amend(|it| it.state = StepState::Waiting);
            }
            Progress::Compiling(usage) => {
                if lock(&self.0).last().is_none_or(|it| it.step != "compile") {
                    self.begin("compile");
                }
                self.amend(|it| (it.state, it.usage) = (StepState::Running, Some(usage)));
            }
            Progress::Describe => self.begin("describe"),
        }
    }

    /// Nothing more comes.
    pub(crate) fn end(&self, is_good: bool) {
        let state = if is_good { StepState::Done } else { StepState::Failed };
        end(&mut lock(&self.0), state);
    }

    /// As they are now.
    pub(crate) fn answer(&self) -> Vec<StepAnswer> {
        lock(&self.0).iter().map(StepAnswer::from).collect()
    }

    fn amend(&self, edit: impl FnOnce(&mut Taken)) {
        if let Some(last) = lock(&self.0).last_mut() {
            edit(last);
        }
    }
}

impl Taken {
    fn is_over(&self) -> bool {
        matches!(self.state, StepState::Done | StepState::Failed)
    }
}

fn end(steps: &mut [Taken], state: StepState) {
    if let Some(last) = steps.last_mut().filter(|last| !last.is_over()) {
        (last.state, last.seconds) = (state, last.begun.elapsed().as_secs_f64());
    }
}

impl From<&Taken> for StepAnswer {
    fn from(it: &Taken) -> Self {
        // On a thread, and in the first moments of a process, nothing is known.
        let usage = it.usage.filter(|usage| *usage != Usage::default());
        let running = it.begun.elapsed().as_secs_f64();
        Self {
            step: it.step.to_owned(),
            state: it.state,
            seconds: if it.is_over() { it.seconds } else { running },
            cpu_seconds: usage.map(|usage| usage.cpu.as_secs_f64()),
            memory_bytes: usage.map(|usage| usage.memory_bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn one_step_runs_at_a_time_and_the_last_one_tells_how_it_ended() {
        let steps = Steps::default();
        steps.begin("digest");
        steps.follow(Progress::Precheck);
        steps.follow(Progress::Waiting);
        let states = |steps: &Steps| -> Vec<_> {
            steps.answer().into_iter().map(|it| (it.step, it.state)).collect()
        };
        let step = |name: &str, state| (name.to_owned(), state);
        let before = [step("digest", StepState::Done), step("pre-check", StepState::Done)];
        assert_eq!(states(&steps)[..2], before);
        assert_eq!(states(&steps)[2], step("compile", StepState::Waiting));
        let usage = Usage { cpu: Duration::from_secs(2), memory_bytes: 7 };
        steps.follow(Progress::Compiling(Usage::default()));
        assert_eq!(steps.answer()[2].memory_bytes, None);
        steps.follow(Progress::Compiling(usage));
        assert_eq!(states(&steps)[2], step("compile", StepState::Running));
        assert_eq!(steps.answer()[2].cpu_seconds, Some(2.0));
        assert_eq!(steps.answer()[2].memory_bytes, Some(7));
        steps.end(false);
        steps.end(true);
        assert_eq!(states(&steps)[2], step("compile", StepState::Failed));
        assert_eq!(states(&steps).len(), 3);
    }
}
