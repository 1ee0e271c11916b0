//! Tokens that set a new password, once.

mod create;
mod find;
mod redeem;

use time::OffsetDateTime;
use uuid::Uuid;

/// A token to make.
#[derive(Debug, Clone, Copy)]
pub struct PasswordReset {
    /// Whose password it sets.
    pub user_id: Uuid,
    /// SHA-256 of the token, which has 256 random bits.
    pub token_hash: [u8; 32],
    /// Now.
    pub created_at: OffsetDateTime,
    /// From when on it is worthless.
    pub expires_at: OffsetDateTime,
}
