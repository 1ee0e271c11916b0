//! Signatures over plugins: Ed25519, over a line that names the digest of the component and nothing
//! else, so that a signature can be neither moved to other bytes nor mistaken for one of something
//! else.
//!
//! It comes beside the component, as `PYNOMALY-Signature: keyid=…, ed25519=…`, or in the custom
//! section `pynomaly-signature` that ends it, and then speaks of the bytes before that section. A key is known by
//! the first 16 hexadecimal digits of the SHA-256 of its 32 bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use pynomaly_engine::{digest, trailing_section, with_trailing_section};
use pynomaly_store::TrustedKey;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// The custom section of a signature that travels with its component.
const SECTION: &str = "pynomaly-signature";

/// What is signed begins with this.
const CONTEXT: &str = "pynomaly plugin signature 1\n";

/// A signature, and who says that it is theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) key_id: String,
    pub(crate) bytes: [u8; 64],
}

/// Why a signature does not count.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub(crate) enum SignatureError {
    #[error("there is none, and `{0}` needs one here")]
    Needed(String),
    #[error("must be written keyid=…, ed25519=…, with 64 bytes of base64")]
    Form,
    #[error("the header has one and the artifact another; send the one that is meant")]
    Several,
    #[error("the key {0} is not trusted")]
    UnknownKey(String),
    #[error("the key {0} is not active")]
    InactiveKey(String),
    #[error("the key {0} has not signed these bytes")]
    Wrong(String),
    #[error("the key {key_id} may sign {scope}, not `{name}`")]
    Scope { key_id: String, scope: String, name: String },
}

/// Why a component could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The key is none.
    #[error("the key is not Ed25519 in PEM; `openssl genpkey -algorithm ed25519` prints one")]
    Key,
}

/// Signs `component` with a private key in PEM (PKCS #8). Gives the text of the header
/// `PYNOMALY-Signature`, which is also the content of a `.sig` file, and the public key in base64.
///
/// # Errors
/// [`SignError::Key`].
pub fn sign(component: &[u8], private_key: &str) -> Result<(String, String), SignError> {
    let key = SigningKey::from_pkcs8_pem(private_key.trim()).map_err(|_| SignError::Key)?;
    let public = key.verifying_key().to_bytes();
    let bytes = key.sign(statement(&digest(component)).as_bytes()).to_bytes();
    let signature = Signature { key_id: key_id(&public), bytes };
    Ok((signature.to_string(), STANDARD.encode(public)))
}

/// The same with the signature in a section of its own at the end of the component.
///
/// # Errors
/// [`SignError::Key`].
pub fn sign_embedded(component: &[u8], private_key: &str) -> Result<Vec<u8>, SignError> {
    let (signature, _) = sign(component, private_key)?;
    Ok(with_trailing_section(component, SECTION, signature.as_bytes()))
}

/// The signature that comes with `component`, and the digest of the bytes that it speaks of.
pub(crate) fn embedded(component: &[u8]) -> Result<Option<(Signature, String)>, SignatureError> {
    let Some((before, content)) = trailing_section(component, SECTION) else { return Ok(None) };
    let text = std::str::from_utf8(content).map_err(|_| SignatureError::Form)?;
    Ok(Some((text.parse()?, digest(before))))
}

/// The identifier of a public key.
pub(crate) fn key_id(public: &[u8; 32]) -> String {
    let mut id = hex::encode(Sha256::digest(public));
    id.truncate(16);
    id
}

/// A public key in PEM, or its 32 bytes in base64. `None` where it is neither, or is weak.
pub(crate) fn public_key(text: &str) -> Option<[u8; 32]> {
    let key = if text.contains("BEGIN") {
        VerifyingKey::from_public_key_pem(text.trim()).ok()?
    } else {
        VerifyingKey::from_bytes(&STANDARD.decode(text.trim()).ok()?.try_into().ok()?).ok()?
    };
    (!key.is_weak()).then(|| key.to_bytes())
}

/// Whether one of `patterns`, separated by spaces or commas, covers `name`. `*` stands for any
/// characters.
pub(crate) fn scope_covers(patterns: &str, name: &str) -> bool {
    let mut patterns = patterns.split([' ', ',']).filter(|pattern| !pattern.is_empty());
    patterns.any(|pattern| covers(pattern, name))
}

fn covers(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(left) = name.strip_prefix(start) else { return false };
    let mut ends = left.char_indices().map(|(at, _)| at).chain([left.len()]);
    ends.any(|at| left.get(at..).is_some_and(|left| covers(rest, left)))
}

fn statement(digest: &str) -> String {
    format!("{CONTEXT}{digest}\n")
}

impl Signature {
    /// Whether `key` is the one named, counts, and has signed what has that digest.
    pub(crate) fn check(
        &self,
        key: Option<&TrustedKey>,
        digest: &str,
    ) -> Result<(), SignatureError> {
        let id = || self.key_id.clone();
        let key = key.ok_or_else(|| SignatureError::UnknownKey(id()))?;
        if !key.is_active {
            return Err(SignatureError::InactiveKey(id()));
        }
        let public = VerifyingKey::from_bytes(&key.public_key);
        let public = public.map_err(|_| SignatureError::UnknownKey(id()))?;
        let signature = ed25519_dalek::Signature::from_bytes(&self.bytes);
        let verdict = public.verify_strict(statement(digest).as_bytes(), &signature);
        verdict.map_err(|_| SignatureError::Wrong(id()))
    }
}

impl FromStr for Signature {
    type Err = SignatureError;

    fn from_str(text: &str) -> Result<Self, SignatureError> {
        let (mut key_id, mut bytes) = (None, None);
        for part in text.split(',') {
            let (name, value) = part.trim().split_once('=').ok_or(SignatureError::Form)?;
            match name {
                "keyid" if key_id.is_none() => key_id = Some(value.to_owned()),
                "ed25519" if bytes.is_none() => {
                    let decoded = STANDARD.decode(value).map_err(|_| SignatureError::Form)?;
                    bytes = Some(decoded.try_into().map_err(|_| SignatureError::Form)?);
                }
                _ => return Err(SignatureError::Form),
            }
        }
        let (Some(key_id), Some(bytes)) = (key_id, bytes) else { return Err(SignatureError::Form) };
        Ok(Self { key_id, bytes })
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "keyid={}, ed25519={}", self.key_id, STANDARD.encode(self.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::pkcs8::EncodePrivateKey;
    use time::OffsetDateTime;

    #[test]
    fn signature_counts_for_its_bytes_and_its_key_alone() {
        let secret = SigningKey::from_bytes(&[7; 32]);
        let pem = secret.to_pkcs8_pem(ed25519_dalek::pkcs8::spki::der::pem::LineEnding::LF);
        let (text, public) = sign(b"component", &pem.unwrap()).unwrap();
        let signature: Signature = text.parse().unwrap();
        assert_eq!(signature.to_string(), text);
        let public_key = public_key(&public).unwrap();
        let mut key = TrustedKey {
            id: key_id(&public_key),
            public_key,
            owner: "Ada".into(),
            scope: "*".into(),
            is_active: true,
            created_at: OffsetDateTime::UNIX_EPOCH,
        };
        assert_eq!(signature.key_id, key.id);
        assert_eq!(signature.check(Some(&key), &digest(b"component")), Ok(()));
        let wrong = SignatureError::Wrong(key.id.clone());
        assert_eq!(signature.check(Some(&key), &digest(b"other")), Err(wrong.clone()));
        key.public_key = SigningKey::from_bytes(&[8; 32]).verifying_key().to_bytes();
        assert_eq!(signature.check(Some(&key), &digest(b"component")), Err(wrong));
        key.is_active = false;
        assert!(signature.check(Some(&key), &digest(b"component")).is_err());
        assert!(signature.check(None, &digest(b"component")).is_err());
    }

    #[test]
    fn what_is_no_signature_or_key_is_refused() {
        for text in ["", "keyid=a", "ed25519=AAAA, keyid=a", "keyid=a, rsa=b", "keyid=a, keyid=b"] {
            assert_eq!(text.parse::<Signature>(), Err(SignatureError::Form), "{text}");
        }
        // The neutral element: anybody can sign for it.
        let mut weak = [0; 32];
        weak[0] = 1;
        for text in ["", "x", "-----BEGIN PUBLIC KEY-----", &STANDARD.encode(weak)] {
            assert_eq!(public_key(text), None, "{text}");
        }
        assert!(sign(b"", "no key").is_err());
    }

    #[test]
    fn scopes_cover_names_by_patterns() {
        for (patterns, name, is_covered) in [
            ("knn", "knn", true),
            ("knn", "knn2", false),
            ("ecod knn", "knn", true),
            ("acme_*", "acme_x", true),
            ("acme_*", "acm_x", false),
            ("*", "anything", true),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "a1b2", false),
            ("", "knn", false),
            ("*", "", true),
        ] {
            assert_eq!(scope_covers(patterns, name), is_covered, "{patterns:?} {name:?}");
        }
    }
}
