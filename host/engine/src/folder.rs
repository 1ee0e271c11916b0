//! One look at a plugin folder: what is there against what is served.

use crate::engine::Engine;
use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What a file looked like: if this has not changed, its bytes have not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

/// Every `*.wasm` of a folder, by file name.
pub(crate) type Listing = BTreeMap<String, (PathBuf, Stamp)>;

/// Installs every `*.wasm` of `folder`, in name order. A file that is refused does not stop the
/// others; the catalog says why.
///
/// # Errors
/// Where the folder itself cannot be read.
pub fn load_folder(engine: &Engine, folder: &Path) -> io::Result<()> {
    let limit = engine.sandbox().limits().component_bytes_max;
    for (name, (path, _)) in &list(folder)? {
        match read_component(path, limit) {
            // A refusal is in the catalog and in the log; nobody waits for it here.
            Ok(bytes) => drop(engine.install(name, &bytes)),
            Err(error) => engine.report_unreadable(name, error),
        }
    }
    Ok(())
}

/// The `*.wasm` files of `folder`. A leading dot hides a file: copy as `.x.wasm`, then rename.
pub(crate) fn list(folder: &Path) -> io::Result<Listing> {
    let mut listing = Listing::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let is_component = path.extension().is_some_and(|end| end == "wasm");
        if !is_component || name.starts_with('.') {
            continue;
        }
        // Gone since it was listed: the next look will see that.
        let Ok(metadata) = std::fs::metadata(&path) else { continue };
        if metadata.is_file() {
            listing.insert(name.to_owned(), (path.clone(), Stamp::of(&metadata)));
        }
    }
    Ok(listing)
}

/// The bytes of a file. Reads one byte more than allowed at most: the sandbox then says how large
/// a component may be.
///
/// # Errors
/// Where the file cannot be read.
pub fn read_component(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path)?;
    let most = (limit as u64).saturating_add(1);
    io::Read::read_to_end(&mut io::Read::take(file, most), &mut bytes)?;
    Ok(bytes)
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { length: metadata.len(), modified: metadata.modified().ok() }
    }
}
