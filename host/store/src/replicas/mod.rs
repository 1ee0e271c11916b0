//! Servers that share the database, and which plugins each of them has ready.

mod beat;
mod ready;

pub use ready::Readiness;
