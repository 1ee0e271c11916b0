//! `pynomaly plugin …`

mod check;
mod inspect;
mod replay;
mod report;
mod sign;

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
    /// Make a call again that failed on a server, and show where in the plugin it fails.
    Replay(replay::Arguments),
    /// Sign a component: writes FILE.sig, and prints the header for an upload and the public key.
    Sign {
        /// The component.
        file: PathBuf,
        /// An Ed25519 key in PEM, as `openssl genpkey -algorithm ed25519` prints it.
        #[arg(long)]
        key: PathBuf,
        /// Write the component with the signature inside to this file, instead of FILE.sig.
        #[arg(long)]
        embed: Option<PathBuf>,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Inspect { file } => inspect::run(file),
        Command::Check(arguments) => check::run(arguments),
        Command::Replay(arguments) => replay::run(arguments),
        Command::Sign { file, key, embed } => sign::run(file, key, embed.as_deref()),
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))
}
