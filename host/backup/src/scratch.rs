use crate::BackupError;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::path::{Path, PathBuf};

/// What holds others off, in the data folder.
const LOCK: &str = "backup.lock";
/// The folder of what is not encrypted, there too: it is as safe as the database.
const FOLDER: &str = "backup.scratch";

/// A folder for one backup or restore at a time, gone with all that is in it when this is dropped.
/// What a killed one has left goes when the next begins.
#[derive(Debug)]
pub(crate) struct Scratch {
    folder: PathBuf,
    /// Folders that were made for it, to be removed where nothing else came of them.
    made: Vec<PathBuf>,
    lock: PathBuf,
    _locked: File,
}

impl Scratch {
    pub(crate) fn begin(data_dir: &Path) -> Result<Self, BackupError> {
        let failed = |path: &Path| BackupError::io(format!("{} cannot be used", path.display()));
        let missing = data_dir.ancestors().take_while(|it| !it.exists());
        let made = missing.map(Path::to_owned).filter(|it| !it.as_os_str().is_empty()).collect();
        private().recursive(true).create(data_dir).map_err(failed(data_dir))?;
        let lock = data_dir.join(LOCK);
        let locked = File::create(&lock).map_err(failed(&lock))?;
        locked.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => BackupError::Busy(data_dir.to_owned()),
            TryLockError::Error(error) => failed(&lock)(error),
        })?;
        let folder = data_dir.join(FOLDER);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(failed(&folder))?;
        }
        private().create(&folder).map_err(failed(&folder))?;
        Ok(Self { folder, made, lock, _locked: locked })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next one. The lock's file goes only where
        // the folders go too: another one may wait for it.
        let _ = fs::remove_dir_all(&self.folder);
        if let Some(data_dir) = self.made.first()
            && fs::read_dir(data_dir).is_ok_and(|entries| entries.count() == 1)
        {
            let _ = fs::remove_file(&self.lock);
        }
        for folder in &self.made {
            // Only an empty one goes.
            let _ = fs::remove_dir(folder);
        }
    }
}

fn private() -> DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "the mode is of Unix alone"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_nothing_stays() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("a/b");
        let scratch = Scratch::begin(&data_dir).unwrap();
        assert!(matches!(Scratch::begin(&data_dir), Err(BackupError::Busy(_))));
        fs::write(scratch.folder().join("secret"), "x").unwrap();
        drop(scratch);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_a_killed_one_has_left_goes() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(FOLDER)).unwrap();
        fs::write(folder.path().join(FOLDER).join("secret"), "x").unwrap();
        let scratch = Scratch::begin(folder.path()).unwrap();
        assert_eq!(fs::read_dir(scratch.folder()).unwrap().count(), 0);
    }
}
