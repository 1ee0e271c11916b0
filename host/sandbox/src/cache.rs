//! Compiled components, kept between starts in a folder of our own.
//!
//! An entry is named by what was compiled and by which engine, and carries the digest of its own
//! content: what is damaged, cut or foreign is recompiled, never run. wasmtime trusts the bytes
//! it deserialises, so the folder is closed to other users (0700).

use crate::error::SandboxError;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

const DIGEST_BYTES: usize = 32;

/// `sha256:…` of a component's bytes: the name of exactly this plugin.
#[must_use]
pub fn digest(component: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(component)))
}

/// The folder, or nothing where nothing is kept.
pub(crate) struct Cache {
    folder: Option<PathBuf>,
    entries_max: usize,
}

impl Cache {
    pub(crate) fn open(folder: Option<PathBuf>, entries_max: usize) -> Result<Self, SandboxError> {
        if let Some(folder) = &folder {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        }
        Ok(Self { folder, entries_max })
    }

    /// The compiled bytes kept under `key`, if they are whole.
    pub(crate) fn read(&self, key: &str) -> Option<Vec<u8>> {
        let mut bytes = fs::read(self.path(key)?).ok()?;
        let (seal, content) = bytes.split_at_checked(DIGEST_BYTES)?;
        if Sha256::digest(content).as_slice() != seal {
            tracing::warn!(key, "damaged entry in the compile cache; compiling again");
            return None;
        }
        bytes.drain(..DIGEST_BYTES);
        Some(bytes)
    }

    /// Keeps `content` under `key`. A cache that cannot be written costs time, not answers.
    pub(crate) fn write(&self, key: &str, content: &[u8]) {
        let Some(path) = self.path(key) else { return };
        if let Err(error) = write_whole(&path, content).and_then(|()| self.prune()) {
            tracing::warn!(%error, key, "the compile cache cannot be written");
        }
    }

    /// Every entry: the component's digest in hexadecimal, and bytes. What is no entry is left out.
    pub(crate) fn entries(&self) -> Vec<(String, u64)> {
        let Some(folder) = &self.folder else { return Vec::new() };
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let entry = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().ok()?;
            let (digest, _) = name.strip_suffix(".cwasm")?.split_once('-')?;
            Some((digest.to_owned(), entry.metadata().ok()?.len()))
        };
        entries.filter_map(entry).collect()
    }

    /// Drops what was compiled out of the component with that digest, by whichever engine.
    pub(crate) fn forget(&self, digest: &str) {
        let Some(folder) = &self.folder else { return };
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let is_of_it = name.to_str().and_then(|it| it.strip_prefix(digest));
            if is_of_it.is_some_and(|rest| rest.starts_with('-'))
                && let Err(error) = fs::remove_file(entry.path())
            {
                tracing::warn!(%error, digest, "the compile cache cannot be written");
            }
        }
    }

    fn path(&self, key: &str) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(key).with_extension("cwasm"))
    }

    /// Drops the oldest entries beyond the limit.
    fn prune(&self) -> io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let age = entry.metadata()?.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            entries.push((age, entry.path()));
        }
        entries.sort();
        let surplus = entries.len().saturating_sub(self.entries_max);
        entries.iter().take(surplus).try_for_each(|(_, path)| fs::remove_file(path))
    }
}

/// Under another name first, so that no reader ever sees half of it.
fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut file = fs::File::create(&unfinished)?;
    file.write_all(&Sha256::digest(content))?;
    file.write_all(content)?;
    drop(file);
    fs::rename(&unfinished, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(folder: &Path) -> Cache {
        Cache::open(Some(folder.join("cache")), 2).unwrap()
    }

    #[test]
    fn kept_bytes_come_back_and_damaged_ones_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path());
        cache.write("a", b"content");
        assert_eq!(cache.read("a").as_deref(), Some(&b"content"[..]));
        let path = cache.path("a").unwrap();
        for damage in [&b"short"[..], &[0; 40][..], &b""[..]] {
            fs::write(&path, damage).unwrap();
            assert_eq!(cache.read("a"), None);
        }
    }

    #[test]
    fn entries_are_listed_and_forgotten_by_digest() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path());
        cache.write("aa-01", b"content");
        cache.write("ab-01", b"content");
        let bytes = (DIGEST_BYTES + 7) as u64;
        let mut entries = cache.entries();
        entries.sort();
        assert_eq!(entries, [("aa".to_owned(), bytes), ("ab".to_owned(), bytes)]);
        cache.forget("a");
        cache.forget("aa");
        assert_eq!(cache.entries(), [("ab".to_owned(), bytes)]);
    }

    #[test]
    fn folder_is_private_and_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path());
        for key in ["a", "b", "c"] {
            cache.write(key, b"content");
        }
        let folder = cache.folder.as_ref().unwrap();
        assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(fs::read_dir(folder).unwrap().count(), 2);
    }
}
