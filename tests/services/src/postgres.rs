//! PostgreSQL, as Debian packages it.

use crate::daemon::{Daemon, folder, free_port, unprivileged};
use anyhow::{Context, bail};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Where Debian keeps the versions.
const VERSIONS: &str = "/usr/lib/postgresql";
/// The data lives as long as the tests: nothing need reach the disk.
const SETTINGS: [&str; 6] = [
    "fsync=off",
    "full_page_writes=off",
    "max_connections=200",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "log_min_messages=warning",
];

/// A cluster of our own.
pub struct Postgres {
    daemon: Option<Daemon>,
    binaries: PathBuf,
    folder: TempDir,
    port: u16,
}

impl Postgres {
    /// What Debian calls it.
    pub const PACKAGE: &str = "postgresql";

    /// Whether its programs are there.
    #[must_use]
    pub fn is_installed() -> bool {
        binaries().is_some()
    }

    /// Makes a cluster and starts it.
    ///
    /// # Errors
    /// What the server, or `initdb`, said.
    pub fn start() -> anyhow::Result<Self> {
        let binaries = binaries().context("Debian's postgresql is not installed")?;
        let folder = folder("postgres")?;
        let output = unprivileged(binaries.join("initdb"))
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"])
            .args(["--no-sync", "--pgdata"])
            .arg(folder.path().join("data"))
            .current_dir(folder.path())
            .output()?;
        if !output.status.success() {
            bail!("initdb failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        let mut postgres = Self { daemon: None, binaries, folder, port: free_port()? };
        postgres.resume()?;
        Ok(postgres)
    }

    /// The URL of its maintenance database, also while it is stopped; tests make their own
    /// databases beside it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends it, and every connection to it, at once; what was committed stays.
    ///
    /// # Errors
    /// The signal could not be sent.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        self.daemon.take().map_or(Ok(()), Daemon::interrupt)
    }

    /// Starts it again on the same data and port.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn resume(&mut self) -> anyhow::Result<()> {
        let mut command = unprivileged(self.binaries.join("postgres"));
        command.arg("-D").arg(self.folder.path().join("data"));
        command.args(["-p", &self.port.to_string()]).current_dir(self.folder.path());
        command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        let is_ready = || is_accepting(&self.binaries, self.port);
        let log = self.folder.path().join("log");
        self.daemon = Some(Daemon::start("postgres", command, &log, is_ready)?);
        Ok(())
    }
}

fn is_accepting(binaries: &Path, port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
        && unprivileged(binaries.join("pg_isready"))
            .args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()])
            .status()
            .is_ok_and(|status| status.success())
}

/// The folder of the newest version's programs.
fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir(VERSIONS).ok()?.filter_map(Result::ok);
    let folders = versions.map(|entry| entry.path().join("bin"));
    let mut whole: Vec<_> = folders.filter(|bin| bin.join("initdb").exists()).collect();
    whole.sort();
    whole.pop()
}
