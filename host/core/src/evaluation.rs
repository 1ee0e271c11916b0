//! How good scores are, given labels.
