//! Redis, as Debian packages it.

use crate::daemon::{Daemon, folder, free_port, unprivileged};
use std::net::TcpStream;
use std::path::Path;
use tempfile::TempDir;

const PROGRAM: &str = "/usr/bin/redis-server";

/// A server of our own that keeps nothing.
pub struct Redis {
    daemon: Option<Daemon>,
    folder: TempDir,
    port: u16,
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
        let (folder, port) = (folder("redis")?, free_port()?);
        let mut redis = Self { daemon: None, folder, port };
        redis.resume()?;
        Ok(redis)
    }

    /// Where it is, also while it is stopped.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
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
        let port = self.port;
        let mut command = unprivileged(PROGRAM);
        command
            .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
            .args(["--save", "", "--appendonly", "no", "--dir"])
            .arg(self.folder.path());
        let is_ready = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        let log = self.folder.path().join("log");
        self.daemon = Some(Daemon::start("redis", command, &log, is_ready)?);
        Ok(())
    }
}
