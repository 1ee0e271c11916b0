//! Second factors: what a user's one-time passwords are made from, and the last one used.

mod begin;
mod confirm;
mod find;
mod remove;
mod step;

/// A user's second factor.
#[derive(Clone, PartialEq, Eq)]
pub struct Totp {
    /// Encrypted by the server.
    pub secret: Vec<u8>,
    /// Whether it was confirmed with a code: from then on logins need one.
    pub is_enabled: bool,
    /// The time step of the last code that was used; none before it works again.
    pub last_step: Option<i64>,
}

/// Nothing of the secret.
impl std::fmt::Debug for Totp {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = out.debug_struct("Totp");
        out.field("is_enabled", &self.is_enabled).field("last_step", &self.last_step);
        out.finish_non_exhaustive()
    }
}
