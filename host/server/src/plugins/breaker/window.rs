use std::collections::VecDeque;
use std::time::Duration;
use time::OffsetDateTime;

/// Slots of a window: what is a twelfth older than it still counts.
const SLOTS: i64 = 12;

/// How a call ended, as far as that says something of the plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It answered.
    Good,
    /// It trapped, or broke the contract.
    Failure,
    /// It ran into a limit that it was not expected to reach.
    Limit,
    /// Nothing that the plugin is to blame for, or to be praised for.
    Neutral,
}

/// Calls of the last while.
pub(super) struct Window {
    slot: Duration,
    slots: VecDeque<Slot>,
}

struct Slot {
    number: i64,
    tally: Tally,
}

/// What was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// All calls that say something of the plugin.
    pub(crate) calls: u64,
    /// Of them, those that trapped or broke the contract.
    pub(crate) failures: u64,
    /// Of them, those that ran into a limit.
    pub(crate) limits: u64,
}

impl Window {
    pub(super) fn new(length: Duration) -> Self {
        let slot = (length / SLOTS.unsigned_abs() as u32).max(Duration::from_millis(1));
        Self { slot, slots: VecDeque::new() }
    }

    pub(super) fn note(&mut self, outcome: Outcome, now: OffsetDateTime) {
        let number = self.number(now);
        self.forget(number);
        // Where the clock was set back, the newest slot there is takes it.
        if self.slots.back().is_none_or(|last| last.number < number) {
            self.slots.push_back(Slot { number, tally: Tally::default() });
        }
        let Some(Slot { tally, .. }) = self.slots.back_mut() else { return };
        match outcome {
            Outcome::Good => {}
            Outcome::Failure => tally.failures += 1,
            Outcome::Limit => tally.limits += 1,
            Outcome::Neutral => return,
        }
        tally.calls += 1;
    }

    pub(super) fn tally(&mut self, now: OffsetDateTime) -> Tally {
        self.forget(self.number(now));
        self.slots.iter().fold(Tally::default(), |all, Slot { tally, .. }| Tally {
            calls: all.calls + tally.calls,
            failures: all.failures + tally.failures,
            limits: all.limits + tally.limits,
        })
    }

    pub(super) fn clear(&mut self) {
        self.slots.clear();
    }

    fn number(&self, now: OffsetDateTime) -> i64 {
        let slot = i128::try_from(self.slot.as_nanos()).unwrap_or(i128::MAX);
        i64::try_from(now.unix_timestamp_nanos() / slot).unwrap_or(i64::MAX)
    }

    fn forget(&mut self, number: i64) {
        while self.slots.front().is_some_and(|it| number.saturating_sub(it.number) > SLOTS) {
            self.slots.pop_front();
        }
    }
}

impl Tally {
    /// Calls that the plugin is to blame for.
    pub(crate) fn faults(self) -> u64 {
        self.failures + self.limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_700_000_040 + seconds).unwrap()
    }

    #[test]
    fn what_is_older_than_the_window_is_forgotten_and_neutral_calls_never_count() {
        let mut window = Window::new(Duration::from_secs(60));
        window.note(Outcome::Failure, at(0));
        window.note(Outcome::Limit, at(30));
        window.note(Outcome::Good, at(59));
        window.note(Outcome::Neutral, at(59));
        assert_eq!(window.tally(at(60)), Tally { calls: 3, failures: 1, limits: 1 });
        assert_eq!(window.tally(at(65)), Tally { calls: 2, failures: 0, limits: 1 });
        assert_eq!(window.tally(at(1_000)), Tally::default());
    }

    #[test]
    fn clock_that_is_set_back_loses_nothing_and_grows_nothing() {
        let mut window = Window::new(Duration::from_secs(60));
        (0..100).for_each(|second| window.note(Outcome::Failure, at(-second)));
        assert_eq!(window.slots.len(), 1);
        assert_eq!(window.tally(at(0)).faults(), 100);
    }
}
