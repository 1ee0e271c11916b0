//! Secrets from files, as orchestrators mount them.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes of a secret's file; the longest secret is a list of keys.
const BYTES_MAX: u64 = 64 << 10;

/// The text of the file without the line ends after it, which editors and `echo` leave there; or
/// what is wrong with the file.
pub(super) fn read(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(BYTES_MAX + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("cannot be read: {error}"))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > BYTES_MAX {
        return Err(format!("has more than {BYTES_MAX} bytes"));
    }
    let text = String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err("is empty".to_owned());
    }
    Ok(text.to_owned())
}
