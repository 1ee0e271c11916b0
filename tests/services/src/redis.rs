//! Redis, as Debian packages it.

use crate::authority;
use crate::daemon::{Daemon, folder, free_port, unprivileged};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const PROGRAM: &str = "/usr/bin/redis-server";

/// A server of our own that keeps nothing.
pub struct Redis {
    daemon: Option<Daemon>,
    folder: TempDir,
    port: u16,
    is_encrypted: bool,
}

impl Redis {
    /// What Debian calls it.
    pub const PACKAGE: &str = "redis-server";

    /// Whether its program is there.
    #[must_use]
    pub fn is_installed() -> bool {
        Path::new(PROGRAM).exists()
    }

    /// Starts one.
    ///
    /// # Errors
    /// What the server said.
    pub fn start() -> anyhow::Result<Self> {
        Self::start_as(false)
    }

    /// Starts one that speaks TLS alone, with a certificate of an [authority](Self::authority) of
    /// its own.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_encrypted() -> anyhow::Result<Self> {
        Self::start_as(true)
    }

    fn start_as(is_encrypted: bool) -> anyhow::Result<Self> {
        let (folder, port) = (folder("redis")?, free_port()?);
        if is_encrypted {
            authority::issue(folder.path())?;
        }
        let mut redis = Self { daemon: None, folder, port, is_encrypted };
        redis.resume()?;
        Ok(redis)
    }

    /// The file of the authority to trust, where it speaks TLS.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join(authority::AUTHORITY)
    }

    /// Where it is, also while it is stopped.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.is_encrypted { "rediss" } else { "redis" };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends it, with all it knew.
    pub fn stop(&mut self) {
        self.daemon = None;
    }

    /// Starts it again, empty.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn resume(&mut self) -> anyhow::Result<()> {
        let (port, file) = (self.port, |name| self.folder.path().join(name));
        let mut command = unprivileged(PROGRAM);
        if self.is_encrypted {
            command.args(["--port", "0", "--tls-auth-clients", "no", "--tls-port"]);
            command.arg(port.to_string());
            command.arg("--tls-cert-file").arg(file(authority::CERTIFICATE));
            command.arg("--tls-key-file").arg(file(authority::KEY));
        } else {
            command.arg("--port").arg(port.to_string());
        }
        command
            .args(["--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no", "--dir"])
            .arg(self.folder.path());
        let is_ready = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        let log = self.folder.path().join("log");
        self.daemon = Some(Daemon::start("redis", command, &log, is_ready)?);
        Ok(())
    }
}
