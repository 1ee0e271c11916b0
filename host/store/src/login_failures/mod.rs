//! Logins that failed, by account and by address, shared by every server on the database.
//!
//! An attempt is counted before it is made, and taken back when it succeeds: however many arrive
//! at the same time, on however many servers, no more are tried than are permitted.

mod begin;
mod end;
mod prune;

use time::{Duration, OffsetDateTime};

/// Whose attempts are counted, and how soon waiting begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginSubject {
    /// Names an account or an address, shortly.
    pub name: String,
    /// Attempts before the first that is followed by a delay.
    pub free: u32,
}

/// How waiting grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoginDelays {
    /// After the first failure that is not free; doubled with each one more.
    pub first: Duration,
    /// Never more than this.
    pub most: Duration,
    /// How long a failure is remembered.
    pub memory: Duration,
}

/// Whether an attempt to log in may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginAttempt {
    /// Yes. It counts as failed until it is taken back.
    Counted(Vec<CountedLogin>),
    /// Not before this moment; nothing was counted.
    Locked(OffsetDateTime),
}

/// An attempt, as it was counted for one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedLogin {
    subject: String,
    /// What this attempt locked, in microseconds; 0 for nothing.
    locked_until: i64,
}

impl LoginDelays {
    /// How long to wait after `failures`, of which `free` are followed by no delay.
    fn after(&self, failures: i64, free: u32) -> Duration {
        let Some(doublings) = failures.checked_sub(i64::from(free) + 1).filter(|it| *it >= 0)
        else {
            return Duration::ZERO;
        };
        let factor = u32::try_from(doublings).ok().and_then(|by| 1_i32.checked_shl(by.min(30)));
        factor.map_or(self.most, |factor| self.first.saturating_mul(factor)).min(self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delay_doubles_after_the_free_attempts_up_to_the_most() {
        let (first, most) = (Duration::seconds(1), Duration::seconds(900));
        let delays = LoginDelays { first, most, memory: Duration::DAY };
        let seconds = |failures| delays.after(failures, 3).whole_seconds();
        assert_eq!(
            [0, 3, 4, 5, 6, 13, 14, 40, i64::MAX].map(seconds),
            [0, 0, 1, 2, 4, 512, 900, 900, 900]
        );
    }
}
