use crate::{Archive, BackupError, Destination};

/// What [`find`] takes for the newest.
const LATEST: &str = "latest";

/// Every archive, the newest first, as it is seen from outside.
///
/// # Errors
/// [`BackupError::Storage`].
pub async fn list(destination: &Destination) -> Result<Vec<Archive>, BackupError> {
    destination.list().await
}

/// The archive of that name, or the newest for `latest`.
///
/// # Errors
/// [`BackupError::NoArchive`] or [`BackupError::Storage`].
pub async fn find(destination: &Destination, name: &str) -> Result<Archive, BackupError> {
    let archives = destination.list().await?;
    let mut wanted = archives.into_iter().filter(|it| name == LATEST || it.name == name);
    let missing = || BackupError::NoArchive(format!("{name} archive in {destination}"));
    wanted.next().ok_or_else(missing)
}
