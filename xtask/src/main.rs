//! `cargo xtask …`: what a developer does here, and what continuous integration does, word for
//! word the same.

mod authors;
mod bindings;
mod check;
mod demo;
mod drill;
mod plugins;
mod schemathesis;
mod services;
mod step;
mod test;
mod tidy;

use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

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
    Plugins {
        /// Whose WebAssembly target to build with; without it, the first that is there.
        #[arg(long)]
        from: Option<plugins::Source>,
    },
    /// Generate the C SDK's bindings out of wit/1.0/.
    Bindings,
    /// What an author of a plugin does, in each language, and the tutorial.
    Authors,
    /// Run a part of deploy/ for real.
    Drill {
        /// Which part.
        name: drill::Drill,
    },
    /// Build what a release consists of, into target/package/.
    Package,
    /// Look for weaknesses; the report is in target/security/.
    Security,
    /// Layers, sizes, and paths named in prose.
    Tidy,
}

#[expect(clippy::print_stderr, reason = "the one place where a command reports its failure")]
fn main() -> ExitCode {
    let root = root();
    let outcome = match Arguments::parse().command {
        Command::Demo => demo::run(&root),
        Command::Test => test::run(&root),
        Command::Check => check::run(&root),
        Command::Plugins { from } => plugins::run(&root, from).map(drop),
        Command::Bindings => bindings::run(&root),
        Command::Authors => authors::run(&root),
        Command::Drill { name } => drill::run(&root, name),
        Command::Package => drill::package(&root),
        Command::Security => drill::run(&root, drill::Drill::Security),
        Command::Tidy => tidy::run(&root),
    };
    let Err(error) = outcome else { return ExitCode::SUCCESS };
    eprintln!("xtask: {error:#}");
    ExitCode::FAILURE
}

/// The folder of the repository.
fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}
