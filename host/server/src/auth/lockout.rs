//! Who guesses passwords waits: longer with every failure, for an account and for an address.
//!
//! Accounts count whether they exist or not, so that the answer says nothing about it. A right
//! login makes its account's failures forgotten; of its address's it takes back its own, so that
//! whoever has one account cannot guess at others for free.

use super::error::AuthError;
use crate::audit::Origin;
use crate::error::ApiError;
use crate::limits::Limits;
use pynomaly_store::{CountedLogin, LoginAttempt, LoginDelays, LoginSubject, Store, StoreError};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use time::{Duration, OffsetDateTime};

/// Attempts between two prunings: the table has at most so many rows more than the limit.
const PRUNED_EVERY: u32 = 64;

/// Counts attempts to prove who one is.
pub(crate) struct Lockout {
    delays: LoginDelays,
    account_free: u32,
    address_free: u32,
    rows_max: u32,
    attempts: AtomicU32,
}

/// An attempt that counts as failed until it is said to be otherwise.
#[must_use = "an attempt that succeeded has to be taken back"]
pub(crate) struct Attempt {
    account: String,
    counted: Vec<CountedLogin>,
}

impl Lockout {
    pub(crate) fn new(limits: &Limits) -> Self {
        let duration = |it| Duration::try_from(it).unwrap_or(Duration::MAX);
        let delays = LoginDelays {
            first: duration(limits.login_delay_first),
            most: duration(limits.login_delay_max),
            memory: duration(limits.login_failures_age_max),
        };
        Self {
            delays,
            account_free: limits.login_failures_free,
            address_free: limits.login_address_failures_free,
            rows_max: limits.login_failures_max,
            attempts: AtomicU32::new(0),
        }
    }

    /// An attempt of `origin` to prove to be the user with that address.
    ///
    /// # Errors
    /// [`AuthError::LockedOut`] says how long to wait.
    pub(crate) async fn begin(
        &self,
        store: &Store,
        email: &str,
        origin: &Origin,
        now: OffsetDateTime,
    ) -> Result<Attempt, ApiError> {
        self.prune(store, now).await;
        let account = account(email);
        let named = |name, free| LoginSubject { name, free };
        let mut subjects = vec![named(account.clone(), self.account_free)];
        subjects.extend(address(origin).map(|name| named(name, self.address_free)));
        match store.begin_login(&subjects, &self.delays, now).await? {
            LoginAttempt::Counted(counted) => Ok(Attempt { account, counted }),
            LoginAttempt::Locked(until) => Err(AuthError::LockedOut { wait: until - now }.into()),
        }
    }

    /// Forgets the failures of the account with that address.
    pub(crate) async fn forget(&self, store: &Store, email: &str) -> Result<(), StoreError> {
        store.forget_login_failures(&account(email)).await
    }

    /// Now and then. Another server may be at it too, and then one of them gives up: there is a
    /// next time.
    async fn prune(&self, store: &Store, now: OffsetDateTime) {
        if !self.attempts.fetch_add(1, Ordering::Relaxed).is_multiple_of(PRUNED_EVERY) {
            return;
        }
        let since = now - self.delays.memory;
        if let Err(error) = store.prune_login_failures(since, self.rows_max).await {
            tracing::warn!(%error, "failed logins were not pruned");
        }
    }
}

impl Attempt {
    /// What `outcome` holds, where it is one; that too many were being checked is nobody's failure.
    pub(crate) async fn judge<T>(
        self,
        store: &Store,
        outcome: Result<T, impl Into<ApiError>>,
    ) -> Result<(Self, T), ApiError> {
        match outcome.map_err(Into::into) {
            Ok(outcome) => Ok((self, outcome)),
            Err(busy @ ApiError::Busy(_)) => {
                self.taken_back(store).await?;
                Err(busy)
            }
            Err(other) => Err(other),
        }
    }

    /// Nothing was wrong: the account begins anew.
    pub(crate) async fn succeeded(self, store: &Store) -> Result<(), StoreError> {
        store.take_back_login(&self.counted).await?;
        store.forget_login_failures(&self.account).await
    }

    /// Nothing was wrong, and something is still missing.
    pub(crate) async fn taken_back(self, store: &Store) -> Result<(), StoreError> {
        store.take_back_login(&self.counted).await
    }
}

/// The account with that address, in any case and of any length. A hash, because people type
/// passwords into the wrong field.
fn account(email: &str) -> String {
    format!("account:{}", hex::encode(Sha256::digest(email.to_lowercase())))
}

/// The address of `origin`; of IPv6 the network of 64 bits, of which one host has all.
fn address(origin: &Origin) -> Option<String> {
    Some(match origin.address.parse().ok()? {
        IpAddr::V4(address) => format!("address:{address}"),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("address:{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_short_and_one_for_each_account_and_network() {
        let of = |address: &str| {
            super::address(&Origin { address: address.into(), request_id: String::new() })
        };
        assert_eq!(of("192.0.2.7").as_deref(), Some("address:192.0.2.7"));
        assert_eq!(of("2001:db8:1:2:3:4:5:6").as_deref(), Some("address:2001:db8:1:2::/64"));
        assert_eq!(of(""), None);
        assert_eq!(account("ADA@example.org"), account("ada@example.org"));
        assert_eq!(account(&"a".repeat(100_000)).len(), 72);
    }
}
