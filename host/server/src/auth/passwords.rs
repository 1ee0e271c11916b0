//! Password hashes: Argon2id, 19 MiB, 2 passes, 1 lane (OWASP's first recommendation), in PHC
//! form, so that hashes made under other costs still verify.

use crate::gate::{Busy, Gate};
use crate::limits::Limits;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use std::ops::RangeInclusive;

/// Bytes of a password. Short ones are guessed; hashing long ones is work for nothing.
pub(crate) const PASSWORD_BYTES: RangeInclusive<usize> = 8..=1024;

/// Verified where there is no such user, so that the answer takes as long. It is the hash of
/// nothing: no password is known for it.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGtub3dzIA$\
                      bm9ib2R5IGtub3dzIGEgcGFzc3dvcmQgZm9yIHRoaXM";

/// Why a password was neither hashed nor verified.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PasswordError {
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error("{0}")]
    Failed(String),
}

/// Hashes and verifies, a few at a time, off the async threads.
pub(crate) struct Passwords {
    gate: Gate,
}

impl Passwords {
    pub(crate) fn new(limits: &Limits) -> Self {
        let (running, waiting) = (limits.passwords_running_max, limits.passwords_waiting_max);
        Self { gate: Gate::new("logins", running, waiting) }
    }

    /// The hash to keep of `password`.
    pub(crate) async fn hash(
        &self,
        password: String,
        salt: [u8; 16],
    ) -> Result<String, PasswordError> {
        self.run(move || {
            let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
            hash.map(|hash: PasswordHash| hash.to_string()).map_err(|error| {
                PasswordError::Failed(format!("a password was not hashed: {error}"))
            })
        })
        .await?
    }

    /// Whether `password` is the one that `hash` was made of; never without a hash, and never
    /// faster.
    pub(crate) async fn verify(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, PasswordError> {
        self.run(move || {
            let kept = PasswordHash::new(hash.as_deref().unwrap_or(NOBODY)).map_err(|error| {
                PasswordError::Failed(format!("a kept hash is broken: {error}"))
            })?;
            let matches = Argon2::default().verify_password(password.as_bytes(), &kept).is_ok();
            Ok(matches && hash.is_some())
        })
        .await?
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let turn = self.gate.enter().await?;
        let work = move || {
            let outcome = work();
            drop(turn);
            outcome
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| PasswordError::Failed(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn password_verifies_against_its_own_hash_alone() {
        let passwords = Passwords::new(&Limits::default());
        let hash = passwords.hash("correct horse".into(), [1; 16]).await.unwrap();
        assert!(passwords.verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("battery staple".into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("correct horse".into(), None).await.unwrap());
        let broken = passwords.verify("correct horse".into(), Some("broken".into())).await;
        assert!(matches!(broken, Err(PasswordError::Failed(_))));
    }

    #[tokio::test]
    async fn nobody_costs_as_much_as_anybody() {
        let hash = Passwords::new(&Limits::default()).hash("x".into(), [1; 16]).await.unwrap();
        let cost = |hash: &str| {
            let hash = PasswordHash::new(hash).unwrap();
            let length = hash.hash.map(|output| output.len());
            (hash.algorithm.to_string(), hash.version, hash.params.to_string(), length)
        };
        assert_eq!(cost(NOBODY), cost(&hash));
    }
}
