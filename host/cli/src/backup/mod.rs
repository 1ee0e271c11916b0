//! `pynomaly backup …`, and what it shares with `pynomaly restore`.

mod create;
mod key;
mod list;
mod prune;
mod verify;

use crate::exit::Refused;
use anyhow::Context;
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use pynomaly_backup::{BackupError, Destination, Key, Progress, notify};
use pynomaly_server::{BackupOptions, Config};
use std::future::Future;
use std::path::PathBuf;

/// Bytes of a key's file.
const KEY_BYTES_MAX: u64 = 64 << 10;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a backup of the database, the secrets and the settings of the server with this
    /// environment, which may go on meanwhile.
    Create(create::Arguments),
    /// List the archives, the newest first.
    List(list::Arguments),
    /// Read an archive to its end, and hold it against what it says of itself.
    Verify(verify::Arguments),
    /// Delete archives that are older than PYNOMALY_BACKUP_DAYS, but never the newest good one.
    Prune(prune::Arguments),
    /// Print a new key: the secret one, with the public one in a comment.
    Key,
}

/// Where archives lie.
#[derive(clap::Args)]
pub(crate) struct Place {
    /// A folder, or s3://BUCKET/PREFIX. Without it PYNOMALY_BACKUP_TO.
    #[arg(long, value_name = "PLACE")]
    at: Option<String>,
}

/// What opens them.
#[derive(clap::Args)]
pub(crate) struct Opener {
    /// The file of the key. Without it PYNOMALY_BACKUP_KEY or PYNOMALY_BACKUP_KEY_FILE.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Create(arguments) => create::run(arguments),
        Command::List(arguments) => list::run(arguments),
        Command::Verify(arguments) => verify::run(arguments),
        Command::Prune(arguments) => prune::run(arguments),
        Command::Key => key::run(),
    }
}

impl Place {
    pub(crate) fn open(&self, options: &BackupOptions) -> anyhow::Result<Destination> {
        let text = self.at.as_ref().or(options.to.as_ref());
        let text = text.context("PYNOMALY_BACKUP_TO is not set, nor is --at given")?;
        Destination::open(text).map_err(told)
    }
}

impl Opener {
    pub(crate) fn key(&self, options: &BackupOptions) -> anyhow::Result<Key> {
        let text = match (&self.key_file, &options.key) {
            (Some(path), _) => {
                let size = std::fs::metadata(path).map(|it| it.len());
                let size = size.with_context(|| path.display().to_string())?;
                if size > KEY_BYTES_MAX {
                    return Err(told(BackupError::Key));
                }
                std::fs::read_to_string(path).with_context(|| path.display().to_string())?
            }
            (None, Some(key)) => key.expose().to_owned(),
            (None, None) => {
                let missing = "neither PYNOMALY_BACKUP_KEY, nor PYNOMALY_BACKUP_KEY_FILE is set";
                return Err(Refused(format!("{missing}, nor is --key-file given")).into());
            }
        };
        Key::parse(&text).map_err(told)
    }
}

/// Runs what waits for the network. Whatever copies has threads of its own.
pub(crate) fn block_on<T>(
    future: impl Future<Output = Result<T, BackupError>>,
) -> anyhow::Result<T> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build()?;
    runtime.block_on(future).map_err(told)
}

/// With the exit code for what was given, where that is at fault.
pub(crate) fn told(error: BackupError) -> anyhow::Error {
    if error.is_refusal() { Refused(error.to_string()).into() } else { error.into() }
}

/// A line that counts bytes where somebody watches; how many there will be is seldom known.
pub(crate) fn watched(words: &'static str) -> anyhow::Result<(ProgressBar, Progress)> {
    let style = "{spinner} {msg}: {bytes} ({bytes_per_sec}, {elapsed})";
    let bar = ProgressBar::new_spinner().with_message(words);
    bar.set_style(ProgressStyle::with_template(style)?);
    let told = bar.clone();
    Ok((bar, Progress::new(move |bytes| told.inc(bytes))))
}

/// Tells the webhook, where there is one. That it does not listen is no failure of the backup.
#[expect(clippy::print_stderr, reason = "for whoever looks at the log of a timer")]
pub(crate) fn tell(config: &Config, text: &str) {
    let Some(webhook) = &config.backup.webhook else { return };
    if let Err(error) = notify(webhook.expose(), text) {
        eprintln!("pynomaly: {error}");
    }
}

/// Bytes as people read them.
pub(crate) fn size(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}
