//! Keys that sign access tokens. Each has a name, computed from it, that tokens carry as `kid`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use sha2::{Digest, Sha256};
use std::fmt;

/// A key, and the one algorithm that it is for.
pub(crate) struct SigningKey {
    pub(super) id: String,
    pub(super) algorithm: Algorithm,
    pub(super) signing: EncodingKey,
    pub(super) checking: DecodingKey,
}

impl SigningKey {
    /// HMAC-SHA256 (`HS256`) with `secret`.
    pub(crate) fn hmac(secret: &[u8]) -> Self {
        Self {
            id: id(secret),
            algorithm: Algorithm::HS256,
            signing: EncodingKey::from_secret(secret),
            checking: DecodingKey::from_secret(secret),
        }
    }

    /// Ed25519 (`EdDSA`, RFC 8037) with a private key in PEM (PKCS #8), as
    /// `openssl genpkey -algorithm ed25519` prints it; line ends may be written `\n`. `None` if it
    /// is none.
    pub(crate) fn ed25519(pem: &str) -> Option<Self> {
        let pem = pem.replace("\\n", "\n");
        let key = ed25519_dalek::SigningKey::from_pkcs8_pem(pem.trim()).ok()?;
        let public = key.verifying_key().to_bytes();
        let checking = DecodingKey::from_ed_components(&URL_SAFE_NO_PAD.encode(public)).ok()?;
        let private = key.to_pkcs8_der().ok()?;
        Some(Self {
            id: id(&public),
            algorithm: Algorithm::EdDSA,
            signing: EncodingKey::from_ed_der(private.as_bytes()),
            checking,
        })
    }
}

/// Names a key without telling it: as a signature does, it only lets guesses be checked.
fn id(key: &[u8]) -> String {
    let digest = Sha256::new().chain_update(b"pynomaly signing key").chain_update(key).finalize();
    hex::encode(digest.get(..8).unwrap_or_default())
}

/// Its name and nothing more.
impl fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SigningKey({})", self.id)
    }
}
