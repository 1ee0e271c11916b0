use crate::archive::{FORMAT, Header, Manifest, Packer};
use crate::destination::name_of;
use crate::scratch::Scratch;
use crate::{Archive, BackupError, Destination, Key, Progress};
use object_store::buffered::BufWriter;
use pynomaly_store::dump::{Dump, inspect};
use pynomaly_store::{LastBackup, Location, StoreOptions, set_last_backup};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::io::AsyncWriteExt;
use tokio_util::io::SyncIoBridge;

/// The parts of an archive that are always there.
pub(crate) const DATABASE: &str = "database";
pub(crate) const SETTINGS: &str = "settings.json";

/// What is backed up.
#[derive(Debug, Clone)]
pub struct Source {
    /// The database.
    pub store: StoreOptions,
    /// The data folder; what is not encrypted yet lies in there for a while.
    pub data_dir: PathBuf,
    /// Names of files in the data folder that are secrets. Those that are there are taken.
    pub secrets: &'static [&'static str],
    /// Settings by name, secrets too.
    pub settings: BTreeMap<String, String>,
}

/// A backup that was made.
#[derive(Debug)]
pub struct Created {
    /// The archive.
    pub archive: Archive,
    /// What is in it.
    pub manifest: Manifest,
}

/// Makes a backup that is of the moment `now`, or a little later, whatever is written meanwhile.
/// What fails leaves no archive behind.
///
/// # Errors
/// [`BackupError`] says which step failed.
pub async fn create(
    source: Source,
    destination: &Destination,
    key: &Key,
    now: OffsetDateTime,
    progress: Progress,
) -> Result<Created, BackupError> {
    let scratch = Scratch::begin(&source.data_dir)?;
    let header = header(&source, now).await?;
    let secrets = read_secrets(&source)?;
    let name = name_of(now);
    let writer = destination.write(&name).await?;
    let dump = Dump::begin(&source.store, scratch.folder()).await?;
    let key = key.clone();
    let packed = tokio::task::spawn_blocking(move || {
        let mut out = SyncIoBridge::new(writer);
        let manifest = pack(&mut out, &key, header, now, progress, |packer| {
            packer.part(DATABASE, |out| dump.write_to(out))?;
            packer.bytes(SETTINGS, &settings(&source)?)?;
            secrets.iter().try_for_each(|(name, secret)| packer.bytes(name, secret))
        });
        (manifest, out.into_inner())
    });
    let (manifest, writer) = packed.await.map_err(|error| lost()(error.into()))?;
    let manifest = end(manifest, writer).await?;
    let bytes = destination.settle(&name).await?;
    drop(scratch);
    Ok(Created { archive: Archive { name, created_at: now, bytes }, manifest })
}

/// Tells the servers of the database that a backup was made, for their metrics.
///
/// # Errors
/// [`BackupError::Store`], also where its schema is older than this program: then a server that
/// would tell is older too.
pub async fn recorded(
    store: &StoreOptions,
    archive: &Archive,
    now: OffsetDateTime,
) -> Result<(), BackupError> {
    let last = LastBackup { finished_at: now, bytes: archive.bytes };
    Ok(set_last_backup(store, last).await?)
}

async fn header(source: &Source, now: OffsetDateTime) -> Result<Header, BackupError> {
    let contents = inspect(&source.store, now).await?;
    Ok(Header {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        created_at: now.format(&Rfc3339).map_err(|error| lost()(io::Error::other(error)))?,
        database: kind(&source.store.location).to_owned(),
        schema: contents.schema.ok_or(BackupError::EmptyDatabase)?,
    })
}

/// What archives call the kind of a database.
pub(crate) fn kind(location: &Location) -> &'static str {
    match location {
        Location::Sqlite(_) => "sqlite",
        Location::Postgres(_) => "postgres",
    }
}

fn read_secrets(source: &Source) -> Result<Vec<(&'static str, Vec<u8>)>, BackupError> {
    let mut secrets = Vec::new();
    for name in source.secrets {
        let path = source.data_dir.join(name);
        match std::fs::read(&path) {
            Ok(secret) => secrets.push((*name, secret)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(BackupError::io(path.display().to_string())(error)),
        }
    }
    Ok(secrets)
}

fn settings(source: &Source) -> Result<Vec<u8>, BackupError> {
    serde_json::to_vec(&source.settings).map_err(|error| lost()(error.into()))
}

fn pack<W: Write>(
    out: W,
    key: &Key,
    header: Header,
    now: OffsetDateTime,
    progress: Progress,
    fill: impl FnOnce(&mut Packer<W>) -> Result<(), BackupError>,
) -> Result<Manifest, BackupError> {
    let moment = u64::try_from(now.unix_timestamp()).unwrap_or_default();
    let mut packer = Packer::begin(out, key, header, moment, progress)?;
    fill(&mut packer)?;
    Ok(packer.finish()?.0)
}

/// Has the archive appear, or takes back what has been sent of it.
async fn end(
    packed: Result<Manifest, BackupError>,
    mut writer: BufWriter,
) -> Result<Manifest, BackupError> {
    match packed {
        // A shutdown that fails takes back what was sent by itself.
        Ok(manifest) => writer.shutdown().await.map(|()| manifest).map_err(lost()),
        Err(error) => {
            // Where that fails too, the first failure says more.
            let _ = writer.abort().await;
            Err(error)
        }
    }
}

fn lost() -> impl FnOnce(io::Error) -> BackupError {
    BackupError::io("the archive cannot be written")
}
