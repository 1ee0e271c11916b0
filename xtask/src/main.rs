//! `cargo xtask …`: what a developer does here, and what continuous integration does, word for
//! word the same.

mod check;
mod demo;
mod plugins;
mod step;
mod test;
mod tidy;

use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};

/// The chores of this repository.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything, start a server, detect in real data, print a table.
    Demo,
    /// Run every test there is.
    Test,
    /// Formatting, lints, documentation, tidiness.
    Check,
    /// Build the plugins into target/plugins/.
    Plugins,
    /// Layers, sizes, and paths named in prose.
    Tidy,
}

fn main() -> anyhow::Result<()> {
    let root = root();
    match Arguments::parse().command {
        Command::Demo => demo::run(&root),
        Command::Test => test::run(&root),
        Command::Check => check::run(&root),
        Command::Plugins => plugins::run(&root).map(drop),
        Command::Tidy => tidy::run(&root),
    }
}

/// The folder of the repository.
fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}
