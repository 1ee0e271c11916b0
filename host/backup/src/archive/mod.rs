//! The format of an archive; `lib.rs` says what it is.

mod manifest;
mod pack;
mod source;
#[cfg(test)]
mod tests;
mod unpack;

pub use manifest::{Header, Manifest, Part};

pub(crate) use manifest::FORMAT;
pub(crate) use pack::Packer;
pub(crate) use source::Watched;
pub(crate) use unpack::{Sink, unpack};

/// Entries of the tar that are no part.
const HEADER: &str = "header.json";
const MANIFEST: &str = "manifest.json";
/// Bytes of a piece of a part: what is in memory of an archive, about.
const PIECE_BYTES_MAX: usize = 4 << 20;
/// Parts of an archive.
const PARTS_MAX: usize = 64;
