//! Redis, as Debian packages it.

use super::daemon::{Daemon, folder, free_port, install, unprivileged};
use crate::step::Step;
use std::net::TcpStream;
use std::path::Path;
use tempfile::TempDir;

const PROGRAM: &str = "/usr/bin/redis-server";

/// A server of our own that keeps nothing.
pub(crate) struct Redis {
    _daemon: Daemon,
    _folder: TempDir,
    port: u16,
}

impl Redis {
    /// Installs Redis if it is not there, and starts it.
    pub(crate) fn start() -> anyhow::Result<Self> {
        if !Path::new(PROGRAM).exists() {
            install("redis-server")?;
        }
        Step::new("start a Redis for the tests").run(|| {
            let folder = folder("redis")?;
            let port = free_port()?;
            let mut command = unprivileged(PROGRAM);
            command
                .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
                .args(["--save", "", "--appendonly", "no", "--dir"])
                .arg(folder.path());
            let is_ready = || TcpStream::connect(("127.0.0.1", port)).is_ok();
            let log = folder.path().join("log");
            let daemon = Daemon::start("redis", command, &log, is_ready)?;
            Ok(Self { _daemon: daemon, _folder: folder, port })
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}
