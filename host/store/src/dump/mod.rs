//! The whole database, out and in: what backups are made of.
//!
//! Nothing is migrated on the way. SQLite is copied by itself, Postgres by its own programs,
//! `pg_dump`, `pg_restore` and `psql`, which have to be as new as the server at least.

mod error;
mod inspect;
mod read;
mod replace;
mod tools;

pub use error::DumpError;
pub use inspect::{Contents, inspect, newest_schema};
pub use read::Dump;
pub use replace::replace;
