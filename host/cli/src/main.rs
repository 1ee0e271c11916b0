//! The `pynomaly` command.
fn main() {}
