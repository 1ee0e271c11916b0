//! Forests whose cuts lean: each compares a weighted sum of columns with a threshold.
//!
//! `cut` draws them, random ones (extended) or the best along a random direction (fair cut);
//! `grow` makes `tree`s with them, `forest` scores, `state` writes and reads bytes. Depths become
//! scores exactly as in the standard forest.

mod cut;
mod forest;
mod grow;
mod state;
#[cfg(test)]
mod tests;
mod tree;

pub(super) use forest::HyperplaneForest;
pub(super) use state::{MAGIC, read};
