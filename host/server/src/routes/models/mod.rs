//! Fitted models: fit once, score for months.

mod answer;
pub(crate) mod delete;
pub(crate) mod fit;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod rename;
pub(crate) mod score;

pub(crate) use answer::ModelAnswer;
