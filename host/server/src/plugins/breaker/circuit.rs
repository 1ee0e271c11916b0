use super::window::{Outcome, Tally, Window};
use crate::limits::Limits;
use std::time::Duration;
use time::OffsetDateTime;

/// What a caller is told who comes while somebody else tries whether the plugin is well again.
const PROBE_PATIENCE: Duration = Duration::from_secs(1);

/// The breaker of one digest. Closed, its calls pass and are counted; open, none pass until a pause
/// is over; then one at a time passes, and how that ends decides.
pub(super) struct Circuit {
    window: Window,
    open: Option<Open>,
    /// How often it has opened.
    trips: u64,
}

struct Open {
    since: OffsetDateTime,
    until: OffsetDateTime,
    /// The next one is twice as long.
    pause: Duration,
    is_probed: bool,
}

/// Whether a call may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// As one of many.
    Usual,
    /// As the one that decides.
    Probe,
}

/// How a breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Closed,
    HalfOpen,
    Open,
}

/// What is to be seen of a breaker from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) standing: Standing,
    /// Since when it is not closed.
    pub(crate) since: Option<OffsetDateTime>,
    /// When the next call passes.
    pub(crate) until: Option<OffsetDateTime>,
    pub(crate) trips: u64,
    pub(crate) tally: Tally,
}

impl Circuit {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { window: Window::new(limits.breaker_window), open: None, trips: 0 }
    }

    /// Lets a call pass, or says after which time it is worth coming back. What passed is to come
    /// to its [`Self::end`].
    pub(super) fn admit(&mut self, now: OffsetDateTime) -> Result<Pass, Duration> {
        let Some(open) = &mut self.open else { return Ok(Pass::Usual) };
        if now < open.until {
            return Err(Duration::try_from(open.until - now).unwrap_or(PROBE_PATIENCE));
        }
        if open.is_probed {
            return Err(PROBE_PATIENCE);
        }
        open.is_probed = true;
        Ok(Pass::Probe)
    }

    /// Whether a call may pass that nobody will hear the end of; otherwise after which time it is
    /// worth coming back.
    pub(super) fn is_passable(&self, now: OffsetDateTime) -> Result<(), Duration> {
        match &self.open {
            Some(open) if now < open.until => {
                Err(Duration::try_from(open.until - now).unwrap_or(PROBE_PATIENCE))
            }
            _ => Ok(()),
        }
    }

    /// Counts how a call ended; `true` if that has opened the breaker.
    pub(super) fn end(
        &mut self,
        pass: Pass,
        outcome: Outcome,
        now: OffsetDateTime,
        limits: &Limits,
    ) -> bool {
        match (pass, &mut self.open) {
            (Pass::Usual, None) => {
                self.window.note(outcome, now);
                let is_broken = is_broken(self.window.tally(now), limits);
                if is_broken {
                    self.open(now, now, limits.breaker_pause_first);
                }
                is_broken
            }
            (Pass::Probe, Some(open)) => match outcome {
                Outcome::Neutral => {
                    open.is_probed = false;
                    false
                }
                Outcome::Good => {
                    self.open = None;
                    self.window.clear();
                    false
                }
                Outcome::Failure | Outcome::Limit => {
                    let pause = open.pause.saturating_mul(2).min(limits.breaker_pause_max);
                    let since = open.since;
                    self.open(since, now, pause);
                    true
                }
            },
            // Begun before it opened, and ended after: it says nothing new.
            (Pass::Usual, Some(_)) | (Pass::Probe, None) => false,
        }
    }

    fn open(&mut self, since: OffsetDateTime, now: OffsetDateTime, pause: Duration) {
        self.trips += 1;
        self.open = Some(Open { since, until: now + pause, pause, is_probed: false });
    }

    pub(super) fn view(&mut self, now: OffsetDateTime) -> View {
        let standing = match &self.open {
            None => Standing::Closed,
            Some(open) if now < open.until => Standing::Open,
            Some(_) => Standing::HalfOpen,
        };
        View {
            standing,
            since: self.open.as_ref().map(|open| open.since),
            until: self.open.as_ref().map(|open| open.until),
            trips: self.trips,
            tally: self.window.tally(now),
        }
    }

    /// Whether nothing would be lost with it.
    pub(super) fn is_idle(&mut self, now: OffsetDateTime) -> bool {
        self.open.is_none() && self.window.tally(now).calls == 0
    }
}

fn is_broken(tally: Tally, limits: &Limits) -> bool {
    let percent = u64::from(limits.breaker_faults_percent);
    let is_often = tally.calls >= limits.breaker_calls_min
        && tally.faults().saturating_mul(100) >= tally.calls.saturating_mul(percent);
    (is_often && tally.faults() > 0) || tally.failures >= limits.breaker_failures_max
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_700_000_000 + seconds).unwrap()
    }

    fn limits() -> Limits {
        Limits {
            breaker_window: Duration::from_secs(60),
            breaker_calls_min: 4,
            breaker_faults_percent: 50,
            breaker_failures_max: 100,
            breaker_pause_first: Duration::from_secs(5),
            breaker_pause_max: Duration::from_secs(15),
            ..Limits::default()
        }
    }

    /// Calls at the same moment, one after the other; whether one of them opened it.
    fn calls(circuit: &mut Circuit, outcomes: &[Outcome], now: OffsetDateTime) -> bool {
        let limits = limits();
        outcomes.iter().any(|outcome| {
            circuit.admit(now).is_ok_and(|pass| circuit.end(pass, *outcome, now, &limits))
        })
    }

    #[test]
    fn opens_at_the_share_of_enough_calls_and_not_before() {
        use Outcome::{Failure, Good, Limit, Neutral};
        let cases: [(&[Outcome], bool); 6] = [
            (&[Failure, Failure, Failure], false),
            (&[Failure, Limit, Good, Good], true),
            (&[Failure, Good, Good, Good], false),
            (&[Good, Good, Good, Good], false),
            (&[Neutral, Neutral, Neutral, Neutral, Failure], false),
            (&[Good, Good, Good, Limit, Limit, Limit], true),
        ];
        for (outcomes, opens) in cases {
            assert_eq!(calls(&mut Circuit::new(&limits()), outcomes, at(0)), opens, "{outcomes:?}");
        }
        // Spread over more than the window they are never together.
        let mut circuit = Circuit::new(&limits());
        assert!(!(0..40).any(|it| calls(&mut circuit, &[Failure], at(it * 30))));
    }

    #[test]
    fn failures_open_it_by_their_number_alone_limits_do_not() {
        use Outcome::{Failure, Good, Limit};
        let limits = Limits { breaker_failures_max: 3, ..limits() };
        for (outcome, opens) in [(Failure, true), (Limit, false)] {
            let mut circuit = Circuit::new(&limits);
            let mixed = [Good; 1_000].into_iter().chain([outcome; 3]);
            let opened = mixed.map(|it| circuit.end(Pass::Usual, it, at(0), &limits));
            assert_eq!(opened.collect::<Vec<_>>().last(), Some(&opens), "{outcome:?}");
        }
    }

    #[test]
    fn one_at_a_time_tries_after_a_growing_pause_and_a_good_answer_closes_it() {
        let (mut circuit, limits) = (Circuit::new(&limits()), limits());
        assert!(calls(&mut circuit, &[Outcome::Failure; 4], at(0)));
        assert_eq!(circuit.admit(at(0)), Err(Duration::from_secs(5)));
        assert_eq!(circuit.admit(at(4)), Err(Duration::from_secs(1)));
        assert_eq!(circuit.view(at(4)).standing, Standing::Open);
        let mut now = 0;
        for pause in [5, 10, 15, 15] {
            now += pause;
            assert_eq!(circuit.admit(at(now)), Ok(Pass::Probe));
            assert_eq!(circuit.admit(at(now)), Err(PROBE_PATIENCE), "a second one");
            assert!(circuit.end(Pass::Probe, Outcome::Limit, at(now), &limits));
        }
        now += 15;
        assert_eq!(circuit.view(at(now)).standing, Standing::HalfOpen);
        // What says nothing of the plugin decides nothing.
        assert_eq!(circuit.admit(at(now)), Ok(Pass::Probe));
        assert!(!circuit.end(Pass::Probe, Outcome::Neutral, at(now), &limits));
        assert_eq!(circuit.admit(at(now)), Ok(Pass::Probe));
        assert!(!circuit.end(Pass::Probe, Outcome::Good, at(now), &limits));
        let view = circuit.view(at(now));
        assert_eq!(
            (view.standing, view.trips, view.tally),
            (Standing::Closed, 5, Tally::default())
        );
        assert_eq!(circuit.admit(at(now)), Ok(Pass::Usual));
        // The pauses begin anew.
        assert!(calls(&mut circuit, &[Outcome::Failure; 4], at(now)));
        assert_eq!(circuit.admit(at(now)), Err(Duration::from_secs(5)));
    }

    #[test]
    fn call_that_began_before_it_opened_does_not_close_it() {
        let (mut circuit, limits) = (Circuit::new(&limits()), limits());
        let early = circuit.admit(at(0)).unwrap();
        assert!(calls(&mut circuit, &[Outcome::Failure; 4], at(0)));
        assert!(!circuit.end(early, Outcome::Good, at(1), &limits));
        assert!(circuit.is_passable(at(1)).is_err() && circuit.is_passable(at(5)).is_ok());
        assert!(!circuit.is_idle(at(1_000)));
    }
}
