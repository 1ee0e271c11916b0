//! One look at a plugin folder: what is there against what is served.

use crate::engine::Engine;
use pynomaly_conformance::CostCard;
use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Bytes of a cost card's file that are read; a card has about a thousand.
const CARD_BYTES_MAX: u64 = 64 * 1024;

/// What a file looked like: if this has not changed, its bytes have not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

/// Every `*.wasm` of a folder, by file name.
pub(crate) type Listing = BTreeMap<String, (PathBuf, Stamp)>;

/// Installs every `*.wasm` of `folder`, in name order, with the cost card of `pynomaly plugin check
/// --card` beside it: that of `knn.wasm` is `knn.card.json`. A file that is refused does not stop the
/// others; the catalog says why.
///
/// # Errors
/// Where the folder itself cannot be read.
pub fn load_folder(engine: &Engine, folder: &Path) -> io::Result<()> {
    let limit = engine.sandbox().limits().component_bytes_max;
    for (name, (path, _)) in &list(folder)? {
        match read_component(path, limit) {
            // A refusal is in the catalog and in the log; nobody waits for it here.
            Ok(bytes) => {
                if let Ok(served) = engine.install(name, &bytes)
                    && let Some(card) = read_card(path)
                    && !served.attach_card(card)
                {
                    tracing::warn!(name, "the cost card is of another component");
                }
            }
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
    let most = (limit as u64).saturating_add(1);
    std::fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The cost card beside the component of this path, if there is one: that of `knn.wasm` is
/// `knn.card.json`. A wrong card costs foresight only; the log says what is wrong with it.
#[must_use]
pub fn read_card(component: &Path) -> Option<CostCard> {
    let path = component.with_extension("card.json");
    let file = std::fs::File::open(&path).ok()?;
    let card = serde_json::from_reader(BufReader::new(file.take(CARD_BYTES_MAX)));
    card.inspect_err(|error| {
        tracing::warn!(path = %path.display(), %error, "this is no cost card");
    })
    .ok()
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { length: metadata.len(), modified: metadata.modified().ok() }
    }
}
