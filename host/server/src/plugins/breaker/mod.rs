//! The breaker: a plugin that fails too often is not called for a while, by its digest alone.
//!
//! Each server has its own, because each sees its own calls, and what is wrong may be wrong here
//! alone. Read `call.rs` for what is asked of it, `circuit.rs` for when it opens and closes.

mod call;
mod circuit;
mod fallback;
mod window;

pub(crate) use call::{Broken, Call};
pub(crate) use circuit::{Pass, Standing, View};
pub(crate) use fallback::Fallbacks;
pub(crate) use window::Outcome;

use super::lock;
use crate::limits::Limits;
use circuit::Circuit;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;
use time::OffsetDateTime;

/// The breakers of this server.
pub(crate) struct Breakers {
    circuits: Mutex<HashMap<String, Circuit>>,
    limits: Limits,
}

impl Breakers {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { circuits: Mutex::default(), limits: limits.clone() }
    }

    /// Lets a call of the plugin with that digest pass, or says after which time it is worth coming
    /// back.
    pub(crate) fn admit(&self, digest: &str, now: OffsetDateTime) -> Result<Pass, Duration> {
        match lock(&self.circuits).get_mut(digest) {
            Some(circuit) if self.limits.breaker_is_on => circuit.admit(now),
            _ => Ok(Pass::Usual),
        }
    }

    /// Whether a call may pass that does not come to its [`Self::end`], that of an ensemble;
    /// otherwise after which time it is worth coming back.
    pub(crate) fn is_passable(&self, digest: &str, now: OffsetDateTime) -> Result<(), Duration> {
        match lock(&self.circuits).get(digest) {
            Some(circuit) if self.limits.breaker_is_on => circuit.is_passable(now),
            _ => Ok(()),
        }
    }

    /// Counts how a call ended that had passed; `true` if that has opened its breaker.
    pub(crate) fn end(
        &self,
        digest: &str,
        pass: Pass,
        outcome: Outcome,
        now: OffsetDateTime,
    ) -> bool {
        if !self.limits.breaker_is_on {
            return false;
        }
        let mut circuits = lock(&self.circuits);
        if let Some(circuit) = circuits.get_mut(digest) {
            return circuit.end(pass, outcome, now, &self.limits);
        }
        if outcome == Outcome::Neutral {
            return false;
        }
        if circuits.len() >= self.limits.breakers_max {
            circuits.retain(|_, circuit| !circuit.is_idle(now));
        }
        if circuits.len() >= self.limits.breakers_max {
            tracing::warn!(digest, "there is no room for its breaker: its calls are not counted");
            return false;
        }
        let circuit = circuits.entry(digest.to_owned());
        circuit.or_insert_with(|| Circuit::new(&self.limits)).end(pass, outcome, now, &self.limits)
    }

    /// How the breaker of that digest stands; `None` where it was not called of late.
    pub(crate) fn view(&self, digest: &str, now: OffsetDateTime) -> Option<View> {
        lock(&self.circuits).get_mut(digest).map(|circuit| circuit.view(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn fail(breakers: &Breakers, digest: &str, now: OffsetDateTime) -> bool {
        breakers.end(digest, Pass::Usual, Outcome::Failure, now)
    }

    #[test]
    fn each_digest_has_its_own_and_there_is_room_for_so_many() {
        let limits = Limits { breakers_max: 2, breaker_failures_max: 2, ..Limits::default() };
        let breakers = Breakers::new(&limits);
        assert!(!breakers.end("a", Pass::Usual, Outcome::Neutral, NOW));
        assert_eq!(breakers.view("a", NOW), None);
        assert!(!fail(&breakers, "a", NOW) && fail(&breakers, "a", NOW));
        assert!(breakers.admit("a", NOW).is_err() && breakers.is_passable("a", NOW).is_err());
        assert!(breakers.admit("b", NOW).is_ok());
        assert!(!fail(&breakers, "b", NOW));
        assert!(!fail(&breakers, "c", NOW));
        assert_eq!(breakers.view("c", NOW), None);
        // A window later there is nothing to be remembered of the second.
        let later = NOW + 2 * limits.breaker_window;
        assert!(!fail(&breakers, "c", later));
        assert!(breakers.view("c", later).is_some() && breakers.view("b", later).is_none());
        assert!(breakers.view("a", later).is_some());
    }

    #[test]
    fn calls_before_the_first_fault_count_too() {
        let breakers = Breakers::new(&Limits::default());
        let opened = |outcome| breakers.end("a", Pass::Usual, outcome, NOW);
        assert!(!(0..100).any(|_| opened(Outcome::Good)));
        assert!(!(0..99).any(|_| opened(Outcome::Limit)));
        assert!(opened(Outcome::Limit));
    }

    #[test]
    fn switched_off_it_lets_everything_pass() {
        let off = Breakers::new(&Limits { breaker_is_on: false, ..Limits::default() });
        assert!((0..1_000).all(|_| !fail(&off, "a", NOW)));
        assert_eq!(off.admit("a", NOW), Ok(Pass::Usual));
    }
}
