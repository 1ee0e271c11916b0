use std::time::Duration;

/// Bytes of a manifest, an index, or another JSON text: what registries take at least, and a
/// thousand times what a plugin's needs.
pub(crate) const JSON_BYTES_MAX: usize = 1 << 20;
/// Bytes of a signature's text.
pub(crate) const SIGNATURE_BYTES_MAX: usize = 1024;
/// Entries of a tar: a layout of one artifact has eight at most.
pub(crate) const LAYOUT_ENTRIES_MAX: usize = 64;
/// Bytes of an answer that says why a registry refuses.
pub(crate) const REASON_BYTES_MAX: u64 = 4096;
/// Characters of a foreign text in a message of ours.
pub(crate) const SAID_CHARS_MAX: usize = 200;
/// Redirects of one request: blobs often lie elsewhere.
pub(crate) const REDIRECTS_MAX: u32 = 5;
/// Characters of a reference.
pub(crate) const REFERENCE_CHARS_MAX: usize = 512;

/// What one push, pull or layout may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the component. Default 32 MiB, as the sandbox.
    pub component_bytes_max: usize,
    /// Time for a whole push or pull, logging in included. Default 2 min.
    pub time_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { component_bytes_max: 32 << 20, time_max: Duration::from_secs(120) }
    }
}

impl Limits {
    /// Bytes of the tar of a layout: the component, and room for what surrounds it.
    #[must_use]
    pub fn layout_bytes_max(&self) -> usize {
        self.component_bytes_max.saturating_add(JSON_BYTES_MAX)
    }
}
