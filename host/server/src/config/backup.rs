//! Where backups go, for `pynomaly backup` and `pynomaly restore`. The server itself only knows the
//! names.

use super::read::{ConfigError, Reader};
use super::{Secret, variables as names};
use std::time::Duration;

/// What a backup is made with.
#[derive(Debug, Clone)]
pub struct BackupOptions {
    /// A folder, or `s3://BUCKET/PREFIX`.
    pub to: Option<String>,
    /// Encrypts and decrypts archives: the text of an age key file.
    pub key: Option<Secret>,
    /// How long archives are kept.
    pub age_max: Duration,
    /// Is told how backups ended.
    pub webhook: Option<Secret>,
}

pub(super) fn backup(read: &Reader) -> Result<BackupOptions, ConfigError> {
    let webhook = read.optional(&names::BACKUP_WEBHOOK)?;
    let is_address = |url: &String| url.starts_with("https://") || url.starts_with("http://");
    if webhook.as_ref().is_some_and(|url| !is_address(url)) {
        return Err(read.wrong(&names::BACKUP_WEBHOOK, "an address that begins with https://"));
    }
    let days = read.integer(&names::BACKUP_DAYS, 1, 36_500)?;
    Ok(BackupOptions {
        to: read.optional(&names::BACKUP_TO)?,
        key: read.optional(&names::BACKUP_KEY)?.map(Secret),
        age_max: Duration::from_secs(days * 86_400),
        webhook: webhook.map(Secret),
    })
}
