//! Where archives lie: a folder, or a prefix in a bucket of S3.

use crate::BackupError;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};
use tokio_util::io::{StreamReader, SyncIoBridge};

/// Bytes that S3 is sent at once. With its 10,000 pieces an archive has 160 GB at most.
const UPLOAD_BYTES: usize = 16 << 20;
/// How many of them are on their way at the same time.
const UPLOADS_MAX: usize = 2;
/// Archives that one place may hold.
const ARCHIVES_MAX: usize = 100_000;

/// Where archives lie. Clones are the same place.
#[derive(Debug, Clone)]
pub struct Destination {
    store: Arc<dyn ObjectStore>,
    folder: Path,
    name: String,
    /// Where it is a folder, which one.
    local: Option<PathBuf>,
}

/// An archive, as it is seen from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// `pynomaly-20261124T030000Z.age`.
    pub name: String,
    /// When the backup began, as the name says.
    pub created_at: OffsetDateTime,
    /// Its size.
    pub bytes: u64,
}

impl Destination {
    /// A folder, or `s3://BUCKET/PREFIX`. Of S3 all else comes from the environment, under the
    /// names that its own tools have: `AWS_ACCESS_KEY_ID`, `AWS_REGION`, `AWS_ENDPOINT` and so on.
    ///
    /// # Errors
    /// [`BackupError::Destination`].
    pub fn open(text: &str) -> Result<Self, BackupError> {
        let wrong = |error: object_store::Error| {
            BackupError::Destination(text.to_owned(), error.to_string())
        };
        let Some(rest) = text.strip_prefix("s3://") else { return Self::folder(text) };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let store = AmazonS3Builder::from_env().with_bucket_name(bucket).build().map_err(wrong)?;
        let folder = Path::parse(prefix).map_err(|error| wrong(error.into()))?;
        Ok(Self { store: Arc::new(store), folder, name: text.to_owned(), local: None })
    }

    fn folder(text: &str) -> Result<Self, BackupError> {
        let wrong = |reason: String| BackupError::Destination(text.to_owned(), reason);
        if text.is_empty() || text.contains("://") {
            return Err(wrong("there is no such kind of place".to_owned()));
        }
        make_folder(text).map_err(|error| wrong(error.to_string()))?;
        let store = LocalFileSystem::new_with_prefix(text).map_err(|it| wrong(it.to_string()))?;
        let local = Some(text.into());
        Ok(Self { store: Arc::new(store), folder: Path::default(), name: text.to_owned(), local })
    }

    /// Every archive, the newest first. Files of other names are somebody else's.
    pub(crate) async fn list(&self) -> Result<Vec<Archive>, BackupError> {
        let folder = (!self.folder.as_ref().is_empty()).then_some(&self.folder);
        let found = self.store.list(folder).take(ARCHIVES_MAX).try_collect::<Vec<_>>();
        let found = found.await.map_err(self.failed())?;
        let archive = |object: object_store::ObjectMeta| {
            let name = object.location.filename()?.to_owned();
            let is_here = object.location == self.folder.clone().join(name.as_str());
            let created_at = moment(&name).filter(|_| is_here)?;
            Some(Archive { name, created_at, bytes: object.size })
        };
        let mut archives: Vec<_> = found.into_iter().filter_map(archive).collect();
        archives.sort_by(|one, other| other.name.cmp(&one.name));
        Ok(archives)
    }

    /// An archive, to be read by code that blocks, off the threads of the runtime.
    pub(crate) async fn read(&self, name: &str) -> Result<impl Read + Send + use<>, BackupError> {
        let got = self.store.get(&self.path(name)).await.map_err(|error| match error {
            object_store::Error::NotFound { .. } => BackupError::NoArchive(name.to_owned()),
            other => self.failed()(other),
        })?;
        let stream = got.into_stream().map_err(io::Error::from);
        Ok(SyncIoBridge::new(StreamReader::new(stream)))
    }

    /// Makes an archive; it is there when the writer is shut down, and not before.
    pub(crate) async fn write(&self, name: &str) -> Result<BufWriter, BackupError> {
        let path = self.path(name);
        match self.store.head(&path).await {
            Ok(_) => Err(BackupError::Taken(name.to_owned())),
            Err(object_store::Error::NotFound { .. }) => {
                let writer = BufWriter::with_capacity(Arc::clone(&self.store), path, UPLOAD_BYTES);
                Ok(writer.with_max_concurrency(UPLOADS_MAX))
            }
            Err(error) => Err(self.failed()(error)),
        }
    }

    /// The size of an archive that was just made, once it would survive a power cut.
    pub(crate) async fn settle(&self, name: &str) -> Result<u64, BackupError> {
        if let Some(folder) = &self.local {
            let sync = |path: PathBuf| File::open(&path).and_then(|file| file.sync_all());
            sync(folder.join(name))
                .and_then(|()| sync(folder.clone()))
                .map_err(BackupError::io(folder.display().to_string()))?;
        }
        let object = self.store.head(&self.path(name)).await;
        Ok(object.map_err(self.failed())?.size)
    }

    pub(crate) async fn delete(&self, name: &str) -> Result<(), BackupError> {
        self.store.delete(&self.path(name)).await.map_err(self.failed())
    }

    fn path(&self, name: &str) -> Path {
        self.folder.clone().join(name)
    }

    fn failed(&self) -> impl Fn(object_store::Error) -> BackupError {
        let destination = self.name.clone();
        move |source| BackupError::Storage { destination: destination.clone(), source }
    }
}

/// For its owner alone, like what is in it.
fn make_folder(path: &str) -> io::Result<()> {
    let mut folder = std::fs::DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(path)
}

/// The name of an archive of that moment.
pub(crate) fn name_of(moment: OffsetDateTime) -> String {
    let moment = moment.to_offset(UtcOffset::UTC);
    let (year, month, day) = moment.to_calendar_date();
    let (hour, minute, second) = moment.to_hms();
    let month = u8::from(month);
    format!("pynomaly-{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z.age")
}

/// The moment that a name tells.
fn moment(name: &str) -> Option<OffsetDateTime> {
    let digits = name.strip_prefix("pynomaly-")?.strip_suffix("Z.age")?;
    let (date, clock) = digits.split_once('T')?;
    let is_numeric = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
    if date.len() != 8 || clock.len() != 6 || !is_numeric(date) || !is_numeric(clock) {
        return None;
    }
    let (year, rest) = date.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    let (hour, rest) = clock.split_at_checked(2)?;
    let (minute, second) = rest.split_at_checked(2)?;
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let date = Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()?;
    let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
    let time = Time::from_hms(hour, minute, second.parse().ok()?).ok()?;
    Some(OffsetDateTime::new_utc(date, time))
}

/// Its name alone.
impl fmt::Display for Destination {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_moment() {
        let at = OffsetDateTime::from_unix_timestamp(1_795_489_200).unwrap();
        let name = name_of(at);
        assert_eq!(name, "pynomaly-20261124T030000Z.age");
        assert_eq!(moment(&name), Some(at));
        for other in
            ["pynomaly-20261324T030000Z.age", "pynomaly-.age", "x", "pynomaly-+2026112T030000Z.age"]
        {
            assert_eq!(moment(other), None, "{other}");
        }
    }

    #[tokio::test]
    async fn strangers_in_the_folder_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("notes.txt"), "x").unwrap();
        std::fs::create_dir(folder.path().join("deeper")).unwrap();
        for name in ["pynomaly-20261124T030000Z.age", "deeper/pynomaly-20261124T030000Z.age"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        std::fs::write(folder.path().join("pynomaly-20261125T030000Z.age"), "xyz").unwrap();
        let destination = Destination::open(folder.path().to_str().unwrap()).unwrap();
        let found = destination.list().await.unwrap();
        let seen: Vec<_> = found.iter().map(|it| (it.name.as_str(), it.bytes)).collect();
        let wanted = [("pynomaly-20261125T030000Z.age", 3), ("pynomaly-20261124T030000Z.age", 1)];
        assert_eq!(seen, wanted);
    }

    #[test]
    fn other_kinds_of_places_are_refused() {
        for text in ["", "ftp://host/folder"] {
            assert!(matches!(Destination::open(text), Err(BackupError::Destination(..))), "{text}");
        }
    }
}
