//! Logins. A session begins with a password, lives on by refresh tokens, and ends by logout, by
//! expiry, or when one of its refresh tokens is used twice.

mod create;
mod find;
mod refresh;
mod revoke;

pub(crate) use revoke::revoke_all;

use crate::Role;
use time::OffsetDateTime;
use uuid::Uuid;

/// A session to begin.
#[derive(Debug, Clone, Copy)]
pub struct Login {
    /// Identifier of the new session.
    pub session_id: Uuid,
    /// Whose it is.
    pub user_id: Uuid,
    /// SHA-256 of its first refresh token. The token has 256 random bits, so that a plain hash
    /// keeps it as well as a slow one would.
    pub token_hash: [u8; 32],
    /// Now.
    pub created_at: OffsetDateTime,
    /// When the session ends, refreshed or not.
    pub expires_at: OffsetDateTime,
}

/// What a request must know of its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Its identifier.
    pub id: Uuid,
    /// Whose it is.
    pub user_id: Uuid,
    /// That user's organisation.
    pub tenant_id: Uuid,
    /// What that user may do now.
    pub role: Role,
    /// Not revoked, and neither its user nor the organisation deactivated. Expiry is for the caller's clock to judge.
    pub is_valid: bool,
    /// When the session ends.
    pub expires_at: OffsetDateTime,
}

/// What came of a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refreshed {
    /// It was good, is now used up, and its successor is known.
    Continued(Session),
    /// It had been used before: the session that it belonged to is now revoked.
    Reused {
        /// That session.
        session_id: Uuid,
    },
    /// Nobody was ever given it, or its session is over.
    Unknown,
}
