//! `pynomaly plugin …`

mod bench;
mod build;
mod check;
mod dev;
mod inspect;
mod learn;
mod new;
mod project;
mod pull;
mod push;
mod registry;
mod replay;
mod report;
mod run;
mod sign;
mod test;
mod upload;

use anyhow::Context;
use clap::Subcommand;
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub(crate) enum Command {
    New(Box<new::Arguments>),
    Build(Box<build::Arguments>),
    Test(Box<test::Arguments>),
    Run(Box<run::Arguments>),
    Learn(Box<learn::Arguments>),
    Dev(Box<dev::Arguments>),
    Bench(Box<bench::Arguments>),
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
    Upload(Box<upload::Arguments>),
    Push(Box<push::Arguments>),
    Pull(Box<pull::Arguments>),
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::New(arguments) => new::run(arguments),
        Command::Build(arguments) => build::run(arguments),
        Command::Test(arguments) => test::run(arguments),
        Command::Run(arguments) => run::run(arguments),
        Command::Learn(arguments) => learn::run(arguments),
        Command::Dev(arguments) => dev::run(arguments),
        Command::Bench(arguments) => bench::run(arguments),
        Command::Inspect { file } => inspect::run(file),
        Command::Check(arguments) => check::run(arguments),
        Command::Replay(arguments) => replay::run(arguments),
        Command::Sign { file, key, embed } => sign::run(file, key, embed.as_deref()),
        Command::Upload(arguments) => upload::run(arguments),
        Command::Push(arguments) => push::run(arguments),
        Command::Pull(arguments) => pull::run(arguments),
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))
}
