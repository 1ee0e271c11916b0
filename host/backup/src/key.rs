//! Whom archives are encrypted for.

use crate::BackupError;
use age::secrecy::ExposeSecret;
use age::x25519::{Identity, Recipient};
use std::fmt;

/// Keys of one file: secret ones, which decrypt and encrypt, or public ones, which encrypt alone.
#[derive(Clone)]
pub struct Key {
    pub(crate) identities: Vec<Identity>,
    pub(crate) recipients: Vec<Recipient>,
}

/// A new secret key, and its public half.
#[derive(Debug)]
pub struct Generated {
    /// The text of a key's file.
    pub secret: String,
    /// What a machine that only makes backups needs.
    pub public: String,
}

impl Key {
    /// Reads the text of a key's file, as `age-keygen` writes it: one key a line, lines that begin
    /// with `#` aside. An archive is encrypted for all of them, and each secret one opens it.
    ///
    /// # Errors
    /// [`BackupError::Key`], which shows nothing of the text.
    pub fn parse(text: &str) -> Result<Self, BackupError> {
        let (mut identities, mut recipients) = (Vec::new(), Vec::new());
        let lines = text.lines().map(str::trim);
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Ok(identity) = line.parse::<Identity>() {
                recipients.push(identity.to_public());
                identities.push(identity);
            } else {
                recipients.push(line.parse().map_err(|_| BackupError::Key)?);
            }
        }
        if recipients.is_empty() {
            return Err(BackupError::Key);
        }
        Ok(Self { identities, recipients })
    }

    /// Draws a new one from the randomness of the system.
    #[must_use]
    pub fn generate() -> Generated {
        let identity = Identity::generate();
        Generated {
            secret: identity.to_string().expose_secret().to_owned(),
            public: identity.to_public().to_string(),
        }
    }

    /// Whether it opens archives.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        !self.identities.is_empty()
    }
}

/// How many, and nothing more.
impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Key({} × …)", self.recipients.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_keys_are_read() {
        let new = Key::generate();
        let secret = format!("# created: today\n# public key: {}\n{}\n", new.public, new.secret);
        assert!(Key::parse(&secret).unwrap().is_secret());
        assert!(!Key::parse(&new.public).unwrap().is_secret());
        for wrong in ["", "# nothing", "secret", &new.secret[..40]] {
            let error = Key::parse(wrong).unwrap_err();
            assert!(matches!(error, BackupError::Key));
            assert!(!error.to_string().contains("secret\n"));
        }
    }

    #[test]
    fn nothing_of_a_key_is_shown() {
        let new = Key::generate();
        assert_eq!(format!("{:?}", Key::parse(&new.secret).unwrap()), "Key(1 × …)");
    }
}
