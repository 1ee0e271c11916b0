//! `pynomaly plugin test`

use super::project::Project;
use std::path::PathBuf;

/// Run a project's own tests, natively, with its language's own runner.
///
/// What the finished component promises is tried by `pynomaly plugin check build/detector.wasm`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The project's folder.
    #[arg(default_value = ".")]
    dir: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    Project::open(&arguments.dir)?.test()
}
