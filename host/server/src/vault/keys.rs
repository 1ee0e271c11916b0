//! The keys of the vault: given, or made once and kept in the data folder.

use crate::auth::secret;
use crate::config::{Environment, Secret};
use crate::random::Random;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::fmt;
use std::io;
use std::path::Path;
use std::str::FromStr;

pub(super) const KEY_BYTES: usize = 32;
/// Keys that may be given: one in use, and those that rotation leaves behind.
const KEYS_MAX: usize = 8;
/// The generated key, in the data folder.
pub(crate) const FILE: &str = "encryption_key";

/// The first one encrypts; the others still decrypt.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Keys(pub(super) Vec<[u8; KEY_BYTES]>);

/// The text is no list of keys; it says nothing more, because what is nearly a key is a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoKeys;

/// Keys of 32 bytes in hexadecimal or base64, separated by commas.
impl FromStr for Keys {
    type Err = NoKeys;

    fn from_str(text: &str) -> Result<Self, NoKeys> {
        let keys = text.split(',').map(|key| parse(key.trim()).ok_or(NoKeys));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        if keys.len() > KEYS_MAX { Err(NoKeys) } else { Ok(Self(keys)) }
    }
}

/// One key.
pub(crate) fn parse(text: &str) -> Option<[u8; KEY_BYTES]> {
    let bytes = hex::decode(text).ok().or_else(|| STANDARD.decode(text).ok())?;
    bytes.try_into().ok()
}

/// Names a key without telling it.
pub(super) fn id(key: &[u8; KEY_BYTES]) -> [u8; super::ID_BYTES] {
    let digest = Sha256::new().chain_update(b"pynomaly encryption key").chain_update(key);
    let digest: [u8; 32] = digest.finalize().into();
    digest.first_chunk().copied().unwrap_or_default()
}

/// The given keys; without any, the one that the first start in development made and kept in
/// `data_dir`, and elsewhere none.
pub(crate) fn load(
    given: Option<&Secret>,
    environment: Environment,
    data_dir: &Path,
    random: &Random,
) -> io::Result<Keys> {
    let wrong = || io::Error::other("ENCRYPTION_KEY, or the file encryption_key, has no keys");
    if let Some(Secret(text)) = given {
        return text.parse().map_err(|_| wrong());
    }
    if environment.is_strict() {
        return Ok(Keys::default());
    }
    let kept = secret::load(None, data_dir, FILE, random)?;
    String::from_utf8(kept).ok().and_then(|text| text.parse().ok()).ok_or_else(wrong)
}

/// How many, and nothing more.
impl fmt::Debug for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Keys({} × …)", self.0.len())
    }
}
