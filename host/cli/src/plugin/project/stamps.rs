//! When the files of a project were changed.

use super::{Language, Project};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;

/// Folders of what is made, and not written.
const MADE: [&str; 5] = ["build", "node_modules", "target", "__pycache__", ".venv"];

/// When each file was changed, and its size.
pub(crate) type Stamps = BTreeMap<PathBuf, (SystemTime, u64)>;

impl Project {
    /// Of every file that an author may change.
    pub(crate) fn stamps(&self) -> std::io::Result<Stamps> {
        let mut stamps = Stamps::new();
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder)? {
                let entry = entry?;
                let is_made = MADE.iter().any(|made| entry.file_name() == *made);
                // Gone since it was listed: the next look will see that.
                let Ok(metadata) = entry.metadata() else { continue };
                if metadata.is_dir() && !is_made {
                    folders.push(entry.path());
                } else if metadata.is_file() {
                    stamps.insert(entry.path(), (metadata.modified()?, metadata.len()));
                }
            }
        }
        Ok(stamps)
    }

    /// The component, if it is there and no file was changed since. Of a crate only cargo knows:
    /// it may depend on files elsewhere.
    pub(super) fn current(&self) -> Option<Vec<u8>> {
        if self.language == Language::Rust {
            return None;
        }
        let made = std::fs::metadata(self.component()).ok()?.modified().ok()?;
        let is_older = self.stamps().ok()?.values().all(|(changed, _)| *changed < made);
        is_older.then(|| std::fs::read(self.component()).ok()).flatten()
    }
}
