use crate::archive::{Header, Manifest, Sink, unpack};
use crate::{BackupError, Destination, Key, Progress};

/// Reads a whole archive as [`crate::restore`] would, and holds it against its manifest. Bytes of
/// parts are told to `progress`.
///
/// # Errors
/// [`BackupError`] says what is wrong with it.
pub async fn verify(
    destination: &Destination,
    name: &str,
    key: &Key,
    progress: Progress,
) -> Result<Manifest, BackupError> {
    let input = destination.read(name).await?;
    let key = key.clone();
    let read = move || unpack(input, &key, &mut Nobody, &progress);
    let outcome = tokio::task::spawn_blocking(read).await;
    outcome.map_err(|error| BackupError::io("the archive cannot be read")(error.into()))?
}

/// Takes everything and keeps nothing.
struct Nobody;

impl Sink for Nobody {
    fn header(&mut self, _: &Header) -> Result<(), BackupError> {
        Ok(())
    }

    fn begin(&mut self, _: &str) -> Result<(), BackupError> {
        Ok(())
    }

    fn write(&mut self, _: &[u8]) -> Result<(), BackupError> {
        Ok(())
    }
}
