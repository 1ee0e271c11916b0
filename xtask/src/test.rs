//! `cargo xtask test`: every test there is.

use crate::plugins;
use crate::step::cargo;
use std::path::Path;

/// Builds what the tests start (the plugins and the server), then runs the tests of both
/// workspaces.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    plugins::run(root, None)?;
    let hint = "the names of the failed tests stand above";
    // All together, because the tests' own dependencies ask the others for more features: apart,
    // the largest of them would be compiled twice.
    let build = ["build", "--workspace", "--bins", "--tests"];
    cargo(root, &build).hint("mend what the compiler names").go()?;
    cargo(root, &["test", "--workspace"]).hint(hint).go()?;
    cargo(&root.join("plugins"), &["test", "--workspace"]).hint(hint).go()
}
