//! What outlives the process: users, their sessions, audit logs and detections.
//!
//! The only crate with SQL. Every operation is a method of [`Store`] in a file of its own, in a
//! folder named after its noun. Time and identifiers are arguments, "not found" is `Ok(None)`,
//! and every other misfortune is a named [`StoreError`].
//!
//! To add an operation, write `src/NOUN/VERB.rs` with one `impl Store`; to change the schema,
//! read `migrations/README.md`.

mod audit_logs;
mod columns;
mod detections;
mod error;
mod sessions;
mod store;
#[cfg(test)]
mod tests;
mod users;

pub use audit_logs::AuditEntry;
pub use detections::{Detection, DetectionSummary};
pub use error::StoreError;
pub use sessions::{Login, Refreshed, Session};
pub use store::{Store, StoreOptions, Synchronous};
pub use users::{Role, User};

/// Part of a list, and where the next part begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// At most as many as asked for, newest first.
    pub items: Vec<T>,
    /// Give this as `before` to get the next part; `None` at the end.
    pub next: Option<uuid::Uuid>,
}

impl<T> Page<T> {
    /// Makes a page out of one item more than asked for, if there was one more.
    fn cut(mut items: Vec<T>, limit: u32, id: impl Fn(&T) -> uuid::Uuid) -> Self {
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next = items.last().map(id).filter(|_| more);
        Self { items, next }
    }
}
