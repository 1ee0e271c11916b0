//! The nearest training rows, exactly.
//!
//! [`Tree`] holds the rows; [`Nearest`] collects the distances to the nearest of them, and
//! [`Neighbors`] collects which they are.

mod cells;
mod lanes;
mod nearest;
mod order;
mod tree;

pub use nearest::{Collect, Nearest, Neighbor, Neighbors};
pub use tree::Tree;
