//! Detections that were made.

mod answer;
pub(crate) mod get;
pub(crate) mod list;

pub(crate) use answer::DetectionAnswer;
