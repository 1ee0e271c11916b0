//! Password hashes: Argon2id (RFC 9106) in PHC form, which names its own cost, so that hashes made
//! under other costs still verify. [`Limits`] has the cost, by default OWASP's first
//! recommendation.

use crate::gate::{Busy, Gate};
use crate::limits::Limits;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

/// In the place of a hash, of whom no password is known: who comes from an identity provider.
pub(crate) const NO_PASSWORD: &str = "";

/// Why a password was neither hashed nor verified.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PasswordError {
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error("{0}")]
    Failed(String),
}

/// What became of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verified {
    Wrong,
    Right,
    /// Right, and its hash was made under another cost: it is time for a new one.
    Outdated,
}

/// Hashes and verifies, a few at a time, off the async threads.
pub(crate) struct Passwords {
    gate: Gate,
    cost: Params,
    /// Verified where there is no such user, so that the answer takes as long. It is the hash of
    /// nothing: no password is known for it.
    nobody: String,
}

impl Passwords {
    pub(crate) fn new(limits: &Limits) -> Self {
        let (running, waiting) = (limits.passwords_running_max, limits.passwords_waiting_max);
        let cost = cost(limits);
        let (memory, passes, lanes) = (cost.m_cost(), cost.t_cost(), cost.p_cost());
        let nobody = format!(
            "$argon2id$v=19$m={memory},t={passes},p={lanes}$bm9ib2R5IGtub3dzIA$\
             bm9ib2R5IGtub3dzIGEgcGFzc3dvcmQgZm9yIHRoaXM"
        );
        Self { gate: Gate::new("logins", running, waiting), cost, nobody }
    }

    /// The hash to keep of `password`.
    pub(crate) async fn hash(
        &self,
        password: String,
        salt: [u8; 16],
    ) -> Result<String, PasswordError> {
        let cost = self.cost.clone();
        self.run(move || {
            let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost);
            let hash = argon.hash_password_with_salt(password.as_bytes(), &salt);
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
    ) -> Result<Verified, PasswordError> {
        let hash = hash.filter(|hash| hash != NO_PASSWORD);
        let (is_somebody, cost) = (hash.is_some(), self.cost.clone());
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        self.run(move || {
            let kept = PasswordHash::new(&hash).map_err(|error| {
                PasswordError::Failed(format!("a kept hash is broken: {error}"))
            })?;
            let matches = Argon2::default().verify_password(password.as_bytes(), &kept).is_ok();
            Ok(match matches && is_somebody {
                false => Verified::Wrong,
                true if is_of(&kept, &cost) => Verified::Right,
                true => Verified::Outdated,
            })
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

impl Verified {
    pub(crate) fn is_right(self) -> bool {
        self != Self::Wrong
    }
}

/// The cost of `limits`; the default where no such cost exists.
fn cost(limits: &Limits) -> Params {
    let (memory, passes) = (limits.password_memory_kib, limits.password_passes);
    Params::new(memory, passes, limits.password_lanes, None).unwrap_or_default()
}

/// Whether `hash` was made by Argon2id under `cost`.
fn is_of(hash: &PasswordHash, cost: &Params) -> bool {
    let made_under = Params::try_from(hash);
    let same = |made: &Params| {
        (made.m_cost(), made.t_cost(), made.p_cost())
            == (cost.m_cost(), cost.t_cost(), cost.p_cost())
    };
    hash.algorithm.as_str() == "argon2id" && made_under.as_ref().is_ok_and(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn password_verifies_against_its_own_hash_alone() {
        let passwords = Passwords::new(&Limits::default());
        let hash = passwords.hash("correct horse".into(), [1; 16]).await.unwrap();
        let verify = async |password: &str, hash: Option<&str>| {
            passwords.verify(password.into(), hash.map(str::to_owned)).await.unwrap()
        };
        assert_eq!(verify("correct horse", Some(&hash)).await, Verified::Right);
        assert_eq!(verify("battery staple", Some(&hash)).await, Verified::Wrong);
        assert_eq!(verify("correct horse", None).await, Verified::Wrong);
        assert_eq!(verify("", Some(NO_PASSWORD)).await, Verified::Wrong);
        let broken = passwords.verify("correct horse".into(), Some("broken".into())).await;
        assert!(matches!(broken, Err(PasswordError::Failed(_))));
    }

    #[tokio::test]
    async fn hash_of_another_cost_is_outdated() {
        let cheap = Limits { password_memory_kib: 64, password_passes: 1, ..Limits::default() };
        let hash = Passwords::new(&cheap).hash("correct horse".into(), [1; 16]).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        let passwords = Passwords::new(&Limits::default());
        let verify = async |password: &str| {
            passwords.verify(password.into(), Some(hash.clone())).await.unwrap()
        };
        assert_eq!(verify("correct horse").await, Verified::Outdated);
        assert_eq!(verify("battery staple").await, Verified::Wrong);
    }

    #[tokio::test]
    async fn nobody_costs_as_much_as_anybody() {
        let passwords = Passwords::new(&Limits::default());
        let hash = passwords.hash("x".into(), [1; 16]).await.unwrap();
        let cost = |hash: &str| {
            let hash = PasswordHash::new(hash).unwrap();
            let length = hash.hash.map(|output| output.len());
            (hash.algorithm.to_string(), hash.version, hash.params.to_string(), length)
        };
        assert_eq!(cost(&passwords.nobody), cost(&hash));
    }
}
