//! A tar of an OCI image layout that holds one plugin.
//!
//! Nothing is written anywhere: the tar is read where it is, and every name, size and digest is
//! checked before it is believed.

use crate::artifact::{Artifact, ArtifactError, Descriptor, MANIFEST, contents, cut};
use crate::digest::Digest;
use crate::limits::{JSON_BYTES_MAX, LAYOUT_ENTRIES_MAX, Limits};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use tar::{Archive, EntryType};

/// What such a body is called. The specification names the layout, and leaves the tar to others;
/// this is its name with the suffix for one.
pub const LAYOUT_MEDIA_TYPE: &str = "application/vnd.oci.image.layout.v1+tar";

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const VERSION: &str = "1.0.0";

/// Why a tar is no layout of a plugin; the step that refuses it comes first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// It is no tar, or one that is not taken.
    #[error("archive: {0}")]
    Archive(String),
    /// The version of the layout is unknown.
    #[error("oci-layout: {0}")]
    Version(String),
    /// The index does not name one manifest.
    #[error("index: {0}")]
    Index(String),
    /// A blob is not what it is called, or not there.
    #[error("blob: {0}")]
    Blob(String),
    /// The manifest is not that of a plugin.
    #[error("manifest: {0}")]
    Manifest(#[from] ArtifactError),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Marker {
    image_layout_version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Index {
    schema_version: u32,
    #[serde(default)]
    media_type: String,
    manifests: Vec<Descriptor>,
}

/// The files of a tar, by path.
type Files<'a> = BTreeMap<String, &'a [u8]>;

/// Reads the artifact out of `tar`.
///
/// # Errors
/// [`LayoutError`] names the step: archive, oci-layout, index, blob, manifest.
pub fn read_layout(tar: &[u8], limits: &Limits) -> Result<Artifact, LayoutError> {
    let files = files(tar, limits)?;
    check_version(&files)?;
    let manifest_digest = one_manifest(&files)?;
    for (path, bytes) in &files {
        check_blob(path, bytes)?;
    }
    let manifest = blob(&files, &manifest_digest)?;
    check_json_size("the manifest", manifest).map_err(LayoutError::Blob)?;
    let contents = contents(manifest, limits.component_bytes_max)?;
    blob(&files, &contents.config)?;
    let component = blob(&files, &contents.component)?;
    if u64::try_from(component.len()).ok() != Some(contents.component_bytes) {
        let (digest, found, said) =
            (&contents.component, component.len(), contents.component_bytes);
        return Err(LayoutError::Blob(format!("{digest} has {found} bytes, not {said}")));
    }
    let known = BTreeSet::from([
        blob_path(&manifest_digest),
        blob_path(&contents.config),
        blob_path(&contents.component),
    ]);
    let mut blobs = files.keys().filter(|path| path.starts_with("blobs/"));
    if let Some(stranger) = blobs.find(|path| !known.contains(*path)) {
        return Err(LayoutError::Blob(format!("{stranger} belongs to no plugin")));
    }
    Ok(Artifact { component: component.to_vec(), signature: contents.signature })
}

/// Every file of the archive, none of them copied.
fn files<'a>(tar: &'a [u8], limits: &Limits) -> Result<Files<'a>, LayoutError> {
    let refuse = |said: String| LayoutError::Archive(said);
    let broken =
        |error: std::io::Error| refuse(format!("it is no whole tar: {}", cut(&error.to_string())));
    let (mut files, mut end, mut count) = (Files::new(), 0, 0_usize);
    for entry in Archive::new(tar).entries().map_err(broken)? {
        let entry = entry.map_err(broken)?;
        count += 1;
        if count > LAYOUT_ENTRIES_MAX {
            return Err(refuse(format!("it has more than {LAYOUT_ENTRIES_MAX} entries")));
        }
        let path = path(&entry.path_bytes()).map_err(refuse)?;
        let size = usize::try_from(entry.size()).unwrap_or(usize::MAX);
        if size > limits.component_bytes_max {
            let limit = limits.component_bytes_max;
            return Err(refuse(format!("`{path}` claims {size} bytes, more than {limit}")));
        }
        let start = usize::try_from(entry.raw_file_position()).unwrap_or(usize::MAX);
        let bytes = tar.get(start..start.saturating_add(size));
        let bytes = bytes.ok_or_else(|| refuse(format!("it ends within `{path}`")))?;
        end = start.saturating_add(size.next_multiple_of(512));
        match entry.header().entry_type() {
            EntryType::Directory => {}
            EntryType::Regular => {
                check_place(&path).map_err(refuse)?;
                if files.insert(path.clone(), bytes).is_some() {
                    return Err(refuse(format!("`{path}` is there twice")));
                }
            }
            kind => {
                return Err(refuse(format!("`{path}` is neither file nor folder, but {kind:?}")));
            }
        }
    }
    if tar.get(end..).unwrap_or_default().iter().any(|byte| *byte != 0) {
        return Err(refuse("something follows its end".to_owned()));
    }
    Ok(files)
}

/// A relative path without detours.
fn path(bytes: &[u8]) -> Result<String, String> {
    let shown = cut(&String::from_utf8_lossy(bytes));
    let text = std::str::from_utf8(bytes).map_err(|_| format!("`{shown}` is no text"))?;
    let text = text.strip_prefix("./").unwrap_or(text).trim_end_matches('/');
    let is_plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains('\\');
    let is_whole = cut(text) == text;
    if is_whole && (text.is_empty() || text == "." || text.split('/').all(is_plain)) {
        return Ok(text.to_owned());
    }
    Err(format!("`{shown}` is no path within a layout"))
}

fn check_place(path: &str) -> Result<(), String> {
    let blob = path.strip_prefix("blobs/sha256/").map(|digits| format!("sha256:{digits}"));
    if matches!(path, "oci-layout" | "index.json")
        || blob.is_some_and(|it| it.parse::<Digest>().is_ok())
    {
        return Ok(());
    }
    Err(format!("`{path}` has no place in a layout"))
}

fn check_version(files: &Files<'_>) -> Result<(), LayoutError> {
    let text =
        files.get("oci-layout").ok_or_else(|| LayoutError::Version("there is none".into()))?;
    check_json_size("it", text).map_err(LayoutError::Version)?;
    let marker: Marker = serde_json::from_slice(text)
        .map_err(|error| LayoutError::Version(cut(&error.to_string())))?;
    if marker.image_layout_version != VERSION {
        let found = cut(&marker.image_layout_version);
        return Err(LayoutError::Version(format!("the version is {found:?}, not {VERSION}")));
    }
    Ok(())
}

/// The digest of the one manifest that the index names.
fn one_manifest(files: &Files<'_>) -> Result<Digest, LayoutError> {
    let refuse = |said: String| LayoutError::Index(said);
    let text = files.get("index.json").ok_or_else(|| refuse("there is none".into()))?;
    check_json_size("it", text).map_err(refuse)?;
    let index: Index =
        serde_json::from_slice(text).map_err(|error| refuse(cut(&error.to_string())))?;
    let Index { schema_version, media_type, manifests } = index;
    if schema_version != 2 || !(media_type.is_empty() || media_type == INDEX) {
        return Err(refuse("it is no OCI image index of version 2".into()));
    }
    let [manifest] = manifests.as_slice() else {
        let count = manifests.len();
        return Err(refuse(format!("it names {count} artifacts; a layout to upload holds one")));
    };
    manifest.check_type("manifest", MANIFEST).map_err(|error| refuse(error.to_string()))?;
    let digest: Digest = manifest.digest.parse().map_err(|error| refuse(format!("{error}")))?;
    let found = files.get(&blob_path(&digest)).map(|bytes| bytes.len());
    match found.map(u64::try_from) {
        Some(Ok(found)) if found != manifest.size => {
            Err(refuse(format!("{digest} has {found} bytes, not {}", manifest.size)))
        }
        _ => Ok(digest),
    }
}

fn check_blob(path: &str, bytes: &[u8]) -> Result<(), LayoutError> {
    let Some(digits) = path.strip_prefix("blobs/sha256/") else { return Ok(()) };
    let found = Digest::of(bytes);
    if found.as_str().strip_prefix("sha256:") == Some(digits) {
        return Ok(());
    }
    Err(LayoutError::Blob(format!("{path} is {found}")))
}

fn blob<'a>(files: &Files<'a>, digest: &Digest) -> Result<&'a [u8], LayoutError> {
    let missing = || LayoutError::Blob(format!("{digest} is not there"));
    files.get(&blob_path(digest)).copied().ok_or_else(missing)
}

fn blob_path(digest: &Digest) -> String {
    format!("blobs/{}", digest.as_str().replace(':', "/"))
}

fn check_json_size(what: &str, text: &[u8]) -> Result<(), String> {
    if text.len() > JSON_BYTES_MAX {
        return Err(format!("{what} has {} bytes, more than {JSON_BYTES_MAX}", text.len()));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
