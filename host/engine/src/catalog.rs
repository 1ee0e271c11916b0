//! The immutable list of what is served, swapped whole.

use crate::error::DetectError;
use crate::served::Served;
use crate::versions::{Canary, Shadow};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is served at one moment. A request takes its `Arc` once and keeps it to the end, so a
/// swap never changes a detector under a running request.
#[derive(Default, Clone)]
pub struct Catalog {
    /// What answers to a name.
    pub(crate) detectors: BTreeMap<String, Arc<Served>>,
    /// Every version of a name, those that answer to it too.
    pub(crate) versions: BTreeMap<String, Vec<Arc<Served>>>,
    pub(crate) canaries: BTreeMap<String, Canary>,
    pub(crate) shadows: BTreeMap<String, Vec<Shadow>>,
    /// Digests of what serves nobody, nor what it fitted.
    pub(crate) quarantined: BTreeSet<String>,
    pub(crate) plugins: BTreeMap<String, PluginStatus>,
}

/// How one plugin source (a file of the plugin folder) stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginStatus {
    /// The source: the file's name.
    pub source: String,
    /// What the source serves now, and what was wrong with its latest bytes.
    pub state: PluginState,
    /// `detector_type` it serves; `None` if it never served.
    pub name: Option<String>,
    /// Version it serves.
    pub version: Option<String>,
    /// `sha256:…` of the component that it serves.
    pub digest: Option<String>,
}

/// The state of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PluginState {
    /// Its latest bytes are what is served.
    Active,
    /// Its latest bytes were refused. Where the status names a digest, that older one serves on.
    Refused {
        /// `sha256:…` of the refused bytes; `None` where they could not be read.
        digest: Option<String>,
        /// Which step refused them, and why.
        reason: String,
    },
}

impl Catalog {
    /// The detector that answers to `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<Served>> {
        self.detectors.get(name)
    }

    /// The detector that a `detector_type` means: a name, or one version of it, `knn@1.2.0` or
    /// `knn@sha256:…`.
    ///
    /// # Errors
    /// [`DetectError::UnknownDetector`], listing what there is;
    /// [`DetectError::AmbiguousVersion`] where several digests call themselves that version and
    /// none of them is active.
    pub fn find(&self, detector_type: &str) -> Result<&Arc<Served>, DetectError> {
        let Some((name, pin)) = detector_type.split_once('@') else {
            return self.get(detector_type).ok_or_else(|| self.unknown(detector_type));
        };
        let versions = self.versions.get(name).map(Vec::as_slice).unwrap_or_default();
        if pin.starts_with("sha256:") {
            let found = versions.iter().find(|served| served.digest() == pin);
            return found.ok_or_else(|| self.unknown(detector_type));
        }
        let is_meant = |served: &&Arc<Served>| served.descriptor().version == pin;
        if let Some(active) = self.get(name).filter(is_meant) {
            return Ok(active);
        }
        let mut meant = versions.iter().filter(is_meant);
        match (meant.next(), meant.next()) {
            (Some(served), None) => Ok(served),
            (None, _) => Err(self.unknown(detector_type)),
            _ => Err(DetectError::AmbiguousVersion {
                detector_type: detector_type.to_owned(),
                digests: join(versions.iter().filter(is_meant).map(|it| it.digest())),
            }),
        }
    }

    /// The detector with that digest, whether or not it answers to its name.
    #[must_use]
    pub fn get_by_digest(&self, digest: &str) -> Option<&Arc<Served>> {
        self.versions.values().flatten().find(|served| served.digest() == digest)
    }

    /// Whether what has that digest serves nobody, nor what it fitted.
    #[must_use]
    pub fn is_quarantined(&self, digest: &str) -> bool {
        self.quarantined.contains(digest)
    }

    /// Every detector that answers to its name, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<Served>> {
        self.detectors.values()
    }

    /// Every plugin source, by source name.
    pub fn plugins(&self) -> impl ExactSizeIterator<Item = &PluginStatus> {
        self.plugins.values()
    }

    fn unknown(&self, detector_type: &str) -> DetectError {
        let name = detector_type.split('@').next().unwrap_or_default();
        let versions = self.versions.get(name).filter(|_| detector_type.contains('@'));
        let known = match versions {
            Some(versions) => {
                join(versions.iter().map(|it| format!("{name}@{}", it.descriptor().version)))
            }
            None => join(self.detectors.keys()),
        };
        DetectError::UnknownDetector { name: detector_type.to_owned(), known }
    }
}

fn join<T: AsRef<str>>(texts: impl Iterator<Item = T>) -> String {
    texts.fold(String::new(), |mut all, text| {
        if !all.is_empty() {
            all.push_str(", ");
        }
        all.push_str(text.as_ref());
        all
    })
}
