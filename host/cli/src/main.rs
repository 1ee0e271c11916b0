//! The `pynomaly` command.

mod audit;
mod backup;
mod capacity;
mod compile;
mod config;
mod detect;
mod evaluate;
mod exit;
mod health;
mod migrate;
mod parameter;
mod plugin;
mod restore;
mod secrets;
mod serve;
mod svg;
mod table;
mod user;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Many small pieces of memory for each request, over several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Anomaly detection whose algorithms are plugins.
///
/// Rows go in, one score a row comes out: higher means more anomalous. Detectors are native
/// (isolation_forest) or sandboxed WebAssembly components in a plugin folder.
#[derive(Parser)]
#[command(version, after_help = exit::HELP, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the HTTP API. Configured by environment variables; see docs/configuration.md.
    Serve,
    /// Ask a server whether it is well.
    Health(health::Arguments),
    /// Bring the database up to the schema of this version, and end.
    Migrate,
    /// Look at the settings of the server.
    #[command(subcommand)]
    Config(config::Command),
    /// Score the rows of a CSV file here, without a server.
    Detect(Box<detect::Arguments>),
    /// Compare detectors on the rows of a CSV file, with labels or without.
    Evaluate(Box<evaluate::Arguments>),
    /// Predict from Prometheus when what there is will no longer be enough.
    Capacity(capacity::Arguments),
    /// Write, build, prove, sign, upload, push and pull plugins, and look at them.
    #[command(subcommand)]
    Plugin(plugin::Command),
    /// Manage the users of the database that PYNOMALY_DATA_DIR names.
    #[command(subcommand)]
    User(user::Command),
    /// Look at the audit log of that database.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Manage the secrets of that database.
    #[command(subcommand)]
    Secrets(secrets::Command),
    /// Make, list, verify and prune backups.
    #[command(subcommand)]
    Backup(backup::Command),
    Restore(restore::Arguments),
    /// Compile the component on standard input: what a server has done in a process of its own.
    #[command(hide = true)]
    Compile(compile::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Serve => serve::run(),
        Command::Health(arguments) => health::run(&arguments),
        Command::Migrate => migrate::run(),
        Command::Config(command) => config::run(&command),
        Command::Detect(arguments) => detect::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Capacity(arguments) => capacity::run(&arguments),
        Command::Plugin(command) => plugin::run(&command),
        Command::User(command) => user::run(&command),
        Command::Audit(command) => audit::run(&command),
        Command::Secrets(command) => secrets::run(&command),
        Command::Backup(command) => backup::run(&command),
        Command::Restore(arguments) => restore::run(&arguments),
        Command::Compile(arguments) => return compile::run(&arguments),
    };
    exit::code(outcome)
}
