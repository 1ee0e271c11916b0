//! Backups: everything that a machine needs to take the place of a lost one, in one encrypted file.
//!
//! An archive is an [age](https://age-encryption.org/v1) file, within it a Zstandard stream, and
//! within that a tar: `header.json`; then each part in pieces, `PART/00000000` and so on; last
//! `manifest.json` with the digest and the size of every part. Nothing of it is ever needed whole
//! in memory, and common programs open it where this one is not at hand.
//!
//! Parts: `database` (SQLite's file, or `pg_dump`'s custom format), `settings.json`, and the secrets
//! that the server keeps in its data folder, each under its file's name. Plugins are in the
//! database. One operation a file; `archive/` is the format, [`Destination`] where archives lie.

mod archive;
mod create;
mod destination;
mod error;
mod key;
mod list;
mod notify;
mod progress;
mod prune;
mod restore;
mod scratch;
#[cfg(test)]
mod tests;
mod verify;

pub use archive::{Header, Manifest, Part};
pub use create::{Created, Source, create, recorded};
pub use destination::{Archive, Destination};
pub use error::BackupError;
pub use key::{Generated, Key};
pub use list::{find, list};
pub use notify::notify;
pub use progress::Progress;
pub use prune::{Pruned, prune};
pub use restore::{Restored, Target, restore};
pub use verify::verify;
