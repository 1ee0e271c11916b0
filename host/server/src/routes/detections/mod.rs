//! Detections that were made.

mod answer;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod replay;

pub(crate) use answer::DetectionAnswer;
