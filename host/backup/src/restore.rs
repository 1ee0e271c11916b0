use crate::archive::{Header, Manifest, Sink, unpack};
use crate::create::{DATABASE, SETTINGS, kind};
use crate::scratch::Scratch;
use crate::{BackupError, Destination, Key, Progress};
use pynomaly_store::dump::{inspect, newest_schema, replace};
use pynomaly_store::{Location, StoreOptions};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use time::{Duration, OffsetDateTime};

/// A server that has given no sign of life for so long does not live.
const ALIVE: Duration = Duration::seconds(10);
/// The settings of the archive, in the data folder.
const RESTORED: &str = "restored.env";

/// What an archive is restored to.
#[derive(Debug, Clone)]
pub struct Target {
    /// The database.
    pub store: StoreOptions,
    /// The data folder.
    pub data_dir: PathBuf,
    /// Names of files in the data folder that are secrets.
    pub secrets: &'static [&'static str],
    /// Whether what is there may be replaced.
    pub replace: bool,
}

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// What the archive holds.
    pub manifest: Manifest,
    /// The settings of the machine that was backed up, in a file for its owner alone.
    pub settings_file: PathBuf,
    /// The same by name.
    pub settings: BTreeMap<String, String>,
}

/// Restores an archive: the database, the secrets of the data folder, and its settings, in a file
/// beside them. The archive is read to its end and held against its manifest before anything is
/// touched; meanwhile what is in it lies in the data folder.
///
/// # Errors
/// [`BackupError`]; unless it is [`BackupError::Io`] after the database was replaced, everything is
/// as it was.
pub async fn restore(
    destination: &Destination,
    name: &str,
    key: &Key,
    target: &Target,
    now: OffsetDateTime,
    progress: Progress,
) -> Result<Restored, BackupError> {
    let contents = inspect(&target.store, now - ALIVE).await?;
    if contents.is_served {
        return Err(BackupError::Served);
    }
    if contents.tables > 0 && !target.replace {
        return Err(BackupError::NotEmpty(format!("the database has {} tables", contents.tables)));
    }
    let input = destination.read(name).await?;
    let scratch = Scratch::begin(&target.data_dir)?;
    let mut parts = Parts::new(scratch.folder(), &target.store.location);
    let key = key.clone();
    let read = move || unpack(input, &key, &mut parts, &progress);
    let unpacked = tokio::task::spawn_blocking(read).await;
    let manifest = unpacked.map_err(|error| failed("the archive")(error.into()))??;
    let settings = settings(scratch.folder())?;
    let secrets = secrets(scratch.folder(), target, &manifest)?;

    // From here on things are touched, what can fail first.
    replace(&target.store, &scratch.folder().join(DATABASE)).await?;
    for (name, secret) in secrets {
        write(&target.data_dir.join(name), &secret)?;
    }
    let settings_file = target.data_dir.join(RESTORED);
    write(&settings_file, shell(&settings).as_bytes())?;
    Ok(Restored { manifest, settings_file, settings })
}

/// Every part in a file of a folder.
struct Parts {
    folder: PathBuf,
    wanted: &'static str,
    known: i64,
    open: Option<File>,
}

impl Parts {
    fn new(folder: &Path, location: &Location) -> Self {
        let known = newest_schema(location);
        Self { folder: folder.to_owned(), wanted: kind(location), known, open: None }
    }
}

impl Sink for Parts {
    fn header(&mut self, header: &Header) -> Result<(), BackupError> {
        if header.database != self.wanted {
            let (found, wanted) = (header.database.clone(), self.wanted.to_owned());
            return Err(BackupError::OtherDatabase { found, wanted });
        }
        if header.schema > self.known {
            let (found, known) = (header.schema, self.known);
            return Err(BackupError::NewerSchema { found, known, version: header.version.clone() });
        }
        Ok(())
    }

    fn begin(&mut self, name: &str) -> Result<(), BackupError> {
        let path = self.folder.join(name);
        let file = private().create_new(true).open(&path).map_err(failed(path.display()))?;
        self.open = Some(file);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        let Some(file) = &mut self.open else { return Ok(()) };
        file.write_all(bytes).map_err(failed(self.folder.display()))
    }
}

fn settings(folder: &Path) -> Result<BTreeMap<String, String>, BackupError> {
    let read = |name| fs::read(folder.join(name));
    if !folder.join(DATABASE).exists() {
        return Err(BackupError::Damaged("it has no database".to_owned()));
    }
    let text = read(SETTINGS).map_err(|_| BackupError::Damaged("it has no settings".to_owned()))?;
    serde_json::from_slice(&text).map_err(|error| BackupError::Damaged(error.to_string()))
}

/// The secrets of the archive, which do not take the place of others unless they may.
fn secrets(
    folder: &Path,
    target: &Target,
    manifest: &Manifest,
) -> Result<Vec<(&'static str, Vec<u8>)>, BackupError> {
    let mut secrets = Vec::new();
    for name in
        target.secrets.iter().filter(|name| manifest.parts.iter().any(|it| it.name == **name))
    {
        let secret = fs::read(folder.join(name)).map_err(failed(name))?;
        match fs::read(target.data_dir.join(name)) {
            Ok(there) if there != secret && !target.replace => {
                return Err(BackupError::NotEmpty(format!("there is another {name}")));
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed(name)(error));
            }
            _ => secrets.push((*name, secret)),
        }
    }
    Ok(secrets)
}

/// A file for its owner alone, whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let draft = path.with_extension("new");
    let wrong = || failed(path.display());
    let mut file = private().create(true).truncate(true).open(&draft).map_err(wrong())?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(wrong())?;
    fs::rename(draft, path).map_err(wrong())
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// As shells and systemd read it.
fn shell(settings: &BTreeMap<String, String>) -> String {
    let line =
        |(name, value): (&String, &String)| format!("{name}='{}'\n", value.replace('\'', "'\\''"));
    let head =
        "# Settings of the machine that was backed up. Compare them with those of this one.\n";
    settings.iter().map(line).fold(head.to_owned(), |text, line| text + &line)
}

fn failed(what: impl ToString) -> impl FnOnce(io::Error) -> BackupError {
    BackupError::io(format!("{} failed", what.to_string()))
}
