//! An OCI registry, as Debian packages Docker's.

use crate::authority;
use crate::daemon::{Daemon, folder, free_port, unprivileged};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const PROGRAM: &str = "/usr/bin/docker-registry";
/// The hash that `htpasswd -nbB` prints for [`Registry::LOGIN`].
const HTPASSWD: &str = "pynomaly:$2y$04$ITc8atfD.fUndkxJoNkeTOW8V84F/gqGtDhUsADffJgWcL1SdPXJK\n";

/// A registry of our own.
pub struct Registry {
    daemon: Option<Daemon>,
    folder: TempDir,
    port: u16,
}

impl Registry {
    /// What Debian calls it.
    pub const PACKAGE: &str = "docker-registry";
    /// Name and password, where it wants any.
    pub const LOGIN: (&str, &str) = ("pynomaly", "secret");

    /// Whether its program is there.
    #[must_use]
    pub fn is_installed() -> bool {
        Path::new(PROGRAM).exists()
    }

    /// Starts one that anybody may use.
    ///
    /// # Errors
    /// What the server said.
    pub fn start() -> anyhow::Result<Self> {
        Self::start_as("", "")
    }

    /// Starts one that wants [`Self::LOGIN`].
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_with_login() -> anyhow::Result<Self> {
        Self::start_as("auth: {htpasswd: {realm: tests, path: htpasswd}}\n", "")
    }

    /// Starts one that speaks TLS alone, with a certificate of an [authority](Self::authority) of
    /// its own.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_encrypted() -> anyhow::Result<Self> {
        let (certificate, key) = (authority::CERTIFICATE, authority::KEY);
        Self::start_as("", &format!(", tls: {{certificate: {certificate}, key: {key}}}"))
    }

    fn start_as(auth: &str, tls: &str) -> anyhow::Result<Self> {
        let (folder, port) = (folder("registry")?, free_port()?);
        authority::issue(folder.path())?;
        let settings = format!(
            "version: 0.1\nlog: {{level: warn}}\nhttp: {{addr: '127.0.0.1:{port}'{tls}}}\n\
             storage: {{filesystem: {{rootdirectory: blobs}}}}\n{auth}"
        );
        std::fs::write(folder.path().join("config.yml"), settings)?;
        std::fs::write(folder.path().join("htpasswd"), HTPASSWD)?;
        let mut registry = Self { daemon: None, folder, port };
        registry.resume()?;
        Ok(registry)
    }

    /// `HOST:PORT`, as references begin, also while it is stopped.
    #[must_use]
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The file of the authority to trust, where it speaks TLS.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join(authority::AUTHORITY)
    }

    /// The folder of what it keeps.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Ends it; what was pushed stays.
    pub fn stop(&mut self) {
        self.daemon = None;
    }

    /// Starts it again with what it had.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn resume(&mut self) -> anyhow::Result<()> {
        let mut command = unprivileged(PROGRAM);
        command.args(["serve", "config.yml"]).current_dir(self.folder.path());
        let is_ready = || TcpStream::connect(("127.0.0.1", self.port)).is_ok();
        let log = self.folder.path().join("log");
        self.daemon = Some(Daemon::start("docker-registry", command, &log, is_ready)?);
        Ok(())
    }
}
