//! Secrets that have to be readable again, encrypted at rest: XChaCha20-Poly1305, under the first
//! of the keys of `ENCRYPTION_KEY`, bound to their place: what is copied into another row or
//! column does not decrypt there.
//!
//! A ciphertext is a version byte, 8 bytes that name the key, 24 of nonce, and what the cipher
//! gives. The name of a key is computed from it: nothing can be mistyped.

mod keys;
mod rotate;

pub use rotate::Rotated;

pub(crate) use keys::{FILE as KEY_FILE, Keys, load, parse as key};
pub(crate) use rotate::rotate;

use crate::random::Random;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use keys::KEY_BYTES;
use std::fmt;

/// What a ciphertext of this layout begins with.
const VERSION: u8 = 1;
const ID_BYTES: usize = 8;
const NONCE_BYTES: usize = 24;

/// Encrypts and decrypts.
pub(crate) struct Vault {
    /// The first one encrypts.
    keys: Vec<NamedKey>,
}

struct NamedKey {
    id: [u8; ID_BYTES],
    cipher: XChaCha20Poly1305,
}

/// Where a secret is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'a str,
    pub(crate) column: &'a str,
    pub(crate) row: &'a [u8],
}

/// Why a secret was not encrypted or decrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum VaultError {
    /// No `ENCRYPTION_KEY` is given.
    #[error("the server has no ENCRYPTION_KEY, which this needs")]
    NoKey,
    /// The key is not among those given.
    #[error("a secret is encrypted under a key that is not in ENCRYPTION_KEY")]
    UnknownKey,
    /// It was changed, or is not from here.
    #[error("a secret at rest is broken")]
    Broken,
}

impl Vault {
    pub(crate) fn new(keys: &Keys) -> Self {
        let named = |key: &[u8; KEY_BYTES]| NamedKey {
            id: keys::id(key),
            cipher: XChaCha20Poly1305::new(&Key::from(*key)),
        };
        Self { keys: keys.0.iter().map(named).collect() }
    }

    /// Whether there is a key at all.
    pub(crate) fn is_open(&self) -> bool {
        !self.keys.is_empty()
    }

    /// `secret`, to be kept at `place`.
    pub(crate) fn encrypt(
        &self,
        random: &Random,
        place: Place<'_>,
        secret: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let key = self.keys.first().ok_or(VaultError::NoKey)?;
        let nonce = random.bytes::<NONCE_BYTES>();
        let payload = Payload { msg: secret, aad: &place.to_bytes() };
        let text = key.cipher.encrypt(&XNonce::from(nonce), payload);
        let text = text.map_err(|_| VaultError::Broken)?;
        Ok([&[VERSION][..], &key.id, &nonce, &text].concat())
    }

    /// The secret that was encrypted for `place`.
    pub(crate) fn decrypt(&self, place: Place<'_>, kept: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (id, nonce, text) = split(kept).ok_or(VaultError::Broken)?;
        if !self.is_open() {
            return Err(VaultError::NoKey);
        }
        let key = self.keys.iter().find(|key| key.id == *id).ok_or(VaultError::UnknownKey)?;
        let payload = Payload { msg: text, aad: &place.to_bytes() };
        key.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| VaultError::Broken)
    }

    /// Whether `kept` is encrypted under the key that encrypts now.
    pub(crate) fn is_current(&self, kept: &[u8]) -> bool {
        let current = self.keys.first().map(|key| key.id);
        split(kept).is_some_and(|(id, ..)| Some(*id) == current)
    }
}

/// Key, nonce and the rest.
fn split(kept: &[u8]) -> Option<(&[u8; ID_BYTES], &[u8; NONCE_BYTES], &[u8])> {
    let (version, rest) = kept.split_first()?;
    let (id, rest) = rest.split_first_chunk()?;
    let (nonce, text) = rest.split_first_chunk()?;
    (*version == VERSION).then_some((id, nonce, text))
}

impl Place<'_> {
    /// Every part behind its length: two different places never give the same bytes.
    fn to_bytes(self) -> Vec<u8> {
        let parts = [b"pynomaly", self.table.as_bytes(), self.column.as_bytes(), self.row];
        let with_length = |part: &[u8]| [&(part.len() as u64).to_le_bytes(), part].concat();
        parts.into_iter().flat_map(with_length).collect()
    }
}

/// Nothing of its keys.
impl fmt::Debug for Vault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Vault(…)")
    }
}

#[cfg(test)]
mod tests;
