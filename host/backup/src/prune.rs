use crate::{Archive, BackupError, Destination, Key, Progress, verify};
use time::{Duration, OffsetDateTime};

/// What [`prune`] did.
#[derive(Debug)]
pub struct Pruned {
    /// Archives that are gone.
    pub deleted: Vec<Archive>,
    /// The newest that is good.
    pub good: Option<Archive>,
    /// Newer ones than that, which are not, and why.
    pub bad: Vec<(Archive, BackupError)>,
}

/// Deletes archives from before `now` less `age`, but never the newest that is good, nor anything
/// newer than that. To know that one it is read, which takes the secret key.
///
/// # Errors
/// [`BackupError::PublicKey`]; [`BackupError::NoneGood`], and [`BackupError::Storage`].
pub async fn prune(
    destination: &Destination,
    key: &Key,
    age: Duration,
    now: OffsetDateTime,
    progress: Progress,
) -> Result<Pruned, BackupError> {
    if !key.is_secret() {
        return Err(BackupError::PublicKey);
    }
    let mut archives = destination.list().await?.into_iter();
    let (mut bad, mut good) = (Vec::new(), None);
    for archive in archives.by_ref() {
        match verify(destination, &archive.name, key, progress.clone()).await {
            Ok(_) => {
                good = Some(archive);
                break;
            }
            Err(error) => bad.push((archive, error)),
        }
    }
    if good.is_none() && !bad.is_empty() {
        return Err(BackupError::NoneGood);
    }
    let mut deleted = Vec::new();
    for archive in archives.filter(|it| it.created_at < now - age) {
        destination.delete(&archive.name).await?;
        deleted.push(archive);
    }
    Ok(Pruned { deleted, good, bad })
}
