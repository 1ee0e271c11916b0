//! PostgreSQL, as Debian packages it.

use super::daemon::{Daemon, folder, free_port, install, unprivileged};
use crate::step::Step;
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
pub(crate) struct Postgres {
    _daemon: Daemon,
    _folder: TempDir,
    port: u16,
}

impl Postgres {
    /// Installs Postgres if it is not there, makes a cluster and starts it.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let binaries = match binaries() {
            Some(binaries) => binaries,
            None => {
                install("postgresql")?;
                binaries().context("Debian's postgresql has no server binaries")?
            }
        };
        Step::new("start a Postgres for the tests").run(|| Self::start_from(&binaries))
    }

    /// The URL of its maintenance database; tests make their own beside it.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn start_from(binaries: &Path) -> anyhow::Result<Self> {
        let folder = folder("postgres")?;
        let data = folder.path().join("data");
        let output = unprivileged(binaries.join("initdb"))
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"])
            .args(["--no-sync", "--pgdata"])
            .arg(&data)
            .current_dir(folder.path())
            .output()?;
        if !output.status.success() {
            bail!("initdb failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        let port = free_port()?;
        let mut command = unprivileged(binaries.join("postgres"));
        command.arg("-D").arg(&data).args(["-p", &port.to_string()]).current_dir(folder.path());
        command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        let is_ready = || is_accepting(binaries, port);
        let log = folder.path().join("log");
        let daemon = Daemon::start("postgres", command, &log, is_ready)?;
        Ok(Self { _daemon: daemon, _folder: folder, port })
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
