//! Tokens that refresh a session or reset a password: 256 random bits that the database knows
//! only as a hash. Nobody guesses them, so that a slow hash would only slow us down.

use crate::random::Random;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A token that no one has yet.
pub(crate) struct NewToken {
    /// For the client, once.
    pub(crate) text: String,
    /// For the database.
    pub(crate) hash: [u8; 32],
}

impl NewToken {
    pub(crate) fn draw(random: &Random) -> Self {
        let text = URL_SAFE_NO_PAD.encode(random.bytes::<32>());
        Self { hash: hash(&text), text }
    }
}

/// What the database keeps of a token.
pub(crate) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}
