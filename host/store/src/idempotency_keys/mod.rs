//! Answers to requests that create something, by the key that their client gave them: a request
//! that is sent again has the answer of the first, not another effect.

mod begin;
mod finish;
mod prune;

/// What is known of a request with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Nothing: go on, and then finish or abandon it.
    New,
    /// It was answered.
    Done {
        /// The HTTP status.
        status: u16,
        /// The body; `None` where it was not kept.
        body: Option<Vec<u8>>,
    },
    /// It is being answered at this moment.
    Running,
    /// The key came with another request before.
    Other,
}
