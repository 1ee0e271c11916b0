//! `pynomaly plugin build`

use super::project::{Project, contract};
use indicatif::ProgressBar;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often the spinner turns.
const TICK: Duration = Duration::from_millis(100);

/// Make a component of a project, and print what it is.
///
/// The language is told by the file Cargo.toml, detector.py, detector.js, detector.ts
/// or detector.c. Nothing is
/// installed unasked: a missing tool is named, with the line that brings it.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The project's folder.
    #[arg(default_value = ".")]
    dir: PathBuf,
    #[command(flatten)]
    install: Install,
}

/// Whether tools may be brought into the project.
#[derive(clap::Args, Clone, Copy)]
pub(super) struct Install {
    /// Bring missing tools: Python's and C's into the project's .venv, JavaScript's into its
    /// node_modules; for Rust, rustup's WebAssembly target.
    #[arg(long)]
    install: bool,
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let project = Project::open(&arguments.dir)?;
    let component = spinning(|| project.build(arguments.install.install))?;
    let contract = contract::read(&component)?;
    println!("component  {}", shown(&project.component()).display());
    println!("size       {} bytes", component.len());
    println!("world      {}", contract.world);
    println!("imports    {}", contract.imports.join(", "));
    Ok(())
}

/// The component as the files are now.
pub(super) fn built(project: &Project, install: Install) -> anyhow::Result<Vec<u8>> {
    spinning(|| project.built(install.install))
}

fn spinning(build: impl FnOnce() -> anyhow::Result<Vec<u8>>) -> anyhow::Result<Vec<u8>> {
    let spinner = ProgressBar::new_spinner().with_message("building …");
    spinner.enable_steady_tick(TICK);
    let built = build();
    spinner.finish_and_clear();
    built
}

/// From where the caller stands, if it lies there.
fn shown(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).to_owned()
}
