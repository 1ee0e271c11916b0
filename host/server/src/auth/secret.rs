//! Secrets that the first start makes: the one that signs access tokens, and others like it.

use crate::config::{Environment, Secret};
use crate::random::Random;
use std::io::{self, Write};
use std::path::Path;

/// The least number of bytes of a secret: as many as the hash has.
const BYTES_MIN: usize = 32;
/// The least number of different bytes in it: a random hexadecimal text of that length has more.
const DIFFERENT_MIN: usize = 8;
/// The generated secret of access tokens, in the data folder.
pub(crate) const JWT_SECRET: &str = "jwt_secret";

/// Whether `secret` is good enough for `environment`.
///
/// # Errors
/// What would be.
pub(crate) fn check(secret: &str, environment: Environment) -> Result<(), &'static str> {
    let mut bytes = secret.as_bytes().to_vec();
    bytes.sort_unstable();
    bytes.dedup();
    let is_strong = secret.len() >= BYTES_MIN && bytes.len() >= DIFFERENT_MIN;
    if is_strong || !environment.is_strict() {
        return Ok(());
    }
    Err("at least 32 random bytes; `openssl rand -hex 32` prints some")
}

/// The given secret, or the one that the first start made and kept as `file` in `data_dir`.
pub(crate) fn load(
    given: Option<&Secret>,
    data_dir: &Path,
    file: &str,
    random: &Random,
) -> io::Result<Vec<u8>> {
    if let Some(Secret(secret)) = given {
        return Ok(secret.clone().into_bytes());
    }
    let path = data_dir.join(file);
    match std::fs::read(&path) {
        Ok(secret) if secret.len() >= BYTES_MIN => Ok(secret),
        Ok(_) => Err(io::Error::other(format!("{} is cut off", path.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let secret = hex::encode(random.bytes::<32>()).into_bytes();
            keep(&path, &secret)?;
            Ok(secret)
        }
        Err(error) => Err(error),
    }
}

/// Writes a file that only its owner reads, whole or not at all.
fn keep(path: &Path, secret: &[u8]) -> io::Result<()> {
    let draft = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(secret)?;
    file.sync_all()?;
    std::fs::rename(draft, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_secrets_are_for_development_only() {
        let strong = "0123456789abcdef0123456789abcdef";
        for (secret, is_strong) in [("changeme", false), (&"ab".repeat(20), false), (strong, true)]
        {
            assert!(check(secret, Environment::Development).is_ok());
            assert_eq!(check(secret, Environment::Production).is_ok(), is_strong, "{secret}");
            assert_eq!(check(secret, Environment::Staging).is_ok(), is_strong, "{secret}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn generated_secret_stays_the_same_and_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let random = Random::from_seed([1; 32]);
        let first = load(None, folder.path(), JWT_SECRET, &random).unwrap();
        assert_eq!(load(None, folder.path(), JWT_SECRET, &random).unwrap(), first);
        let mode = std::fs::metadata(folder.path().join(JWT_SECRET)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::write(folder.path().join(JWT_SECRET), "short").unwrap();
        assert!(load(None, folder.path(), JWT_SECRET, &random).is_err());
    }
}
