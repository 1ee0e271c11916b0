//! `pynomaly plugin …`

mod check;
mod inspect;
mod report;

use anyhow::Context;
use clap::Subcommand;
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Load a component as the server would, and print what it says of itself.
    Inspect {
        /// The component.
        file: PathBuf,
    },
    /// Try a component against every promise of the contract, and measure what its calls cost.
    Check(Box<check::Arguments>),
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Inspect { file } => inspect::run(file),
        Command::Check(arguments) => check::run(arguments),
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))
}
