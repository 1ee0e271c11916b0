//! One's own second factor.

pub(crate) mod begin;
pub(crate) mod confirm;
pub(crate) mod remove;
