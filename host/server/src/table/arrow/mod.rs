//! `application/vnd.apache.arrow.stream`: the Arrow IPC stream format.
//!
//! The reader believes what a message says of itself, and panics where that is wrong. So every
//! length is compared with the bytes that are there before it sees a message, and messages, rows
//! and kinds of columns are bounded.

mod columns;
mod stream;

use super::build::Wanted;
use super::error::{TableError, cut_to};
use crate::limits::Limits;
use arrow_schema::ArrowError;
use pynomaly_core::table::Table;
use std::panic::{AssertUnwindSafe, catch_unwind};
use stream::Stream;

/// As much as is repeated of what the reader says, which may repeat names of the client.
const CAUSE_CHARACTERS: usize = 200;

/// The rows of `bytes`.
pub(super) fn read(bytes: &[u8], wanted: Wanted<'_>, limits: &Limits) -> Result<Table, TableError> {
    // Nothing outside of it has been changed when it panics.
    let read = AssertUnwindSafe(|| Stream::new(bytes, limits).read(wanted));
    catch_unwind(read).unwrap_or_else(|_| Err(syntax("a message contradicts itself")))
}

fn arrow(error: &ArrowError) -> TableError {
    syntax(&error.to_string())
}

fn syntax(cause: &str) -> TableError {
    TableError::Syntax { media_type: "an Arrow stream", cause: cut_to(cause, CAUSE_CHARACTERS) }
}
