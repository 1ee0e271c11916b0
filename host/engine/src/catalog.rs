//! The immutable list of what is served, swapped whole.

use crate::served::Served;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is served at one moment. A request takes its `Arc` once and keeps it to the end, so a
/// swap never changes a detector under a running request.
#[derive(Default)]
pub struct Catalog {
    pub(crate) detectors: BTreeMap<String, Arc<Served>>,
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

    /// Every detector, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<Served>> {
        self.detectors.values()
    }

    /// Every plugin source, by source name.
    pub fn plugins(&self) -> impl ExactSizeIterator<Item = &PluginStatus> {
        self.plugins.values()
    }
}
