//! `cargo xtask check`: all that needs no test run.

use crate::step::{Step, cargo};
use crate::tidy;
use std::path::Path;

/// Formatting, lints, documentation, layers: in this order, the quick ones first.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let plugins = root.join("plugins");
    Step::new("tidy").run(|| tidy::run(root))?;
    for workspace in [root, &plugins] {
        cargo(workspace, &["fmt", "--all", "--check"]).hint("run `cargo fmt --all`").go()?;
    }
    for workspace in [root, &plugins] {
        let lints = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
        cargo(workspace, &lints).hint("mend what clippy names").go()?;
    }
    cargo(root, &["doc", "--workspace", "--no-deps", "--quiet"])
        .env("RUSTDOCFLAGS", "-D warnings")
        .hint("mend the documentation comment that rustdoc names")
        .go()
}
