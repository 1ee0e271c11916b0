//! What the servers have in common: run as nobody, killed on drop.

use anyhow::{Context, bail};
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The account that the daemons run as where we are root: Postgres refuses to be root.
const UNPRIVILEGED: &str = "nobody";
const READY_WITHIN: Duration = Duration::from_secs(30);

/// A running server.
pub struct Daemon {
    child: Child,
    name: &'static str,
}

impl Daemon {
    /// Starts `command`, whose words go to `log`, and waits until `is_ready`.
    ///
    /// # Errors
    /// Where it does not start, ends, or is not ready in half a minute; with its last words.
    pub fn start(
        name: &'static str,
        mut command: Command,
        log: &Path,
        is_ready: impl Fn() -> bool,
    ) -> anyhow::Result<Self> {
        let file = fs::File::create(log)?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let child = command.spawn().with_context(|| format!("{name} did not start"))?;
        let mut daemon = Self { child, name };
        let started = Instant::now();
        while !is_ready() {
            if daemon.child.try_wait()?.is_some() || started.elapsed() > READY_WITHIN {
                let said = fs::read_to_string(log).unwrap_or_default();
                bail!("{name} is not ready:\n{said}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(daemon)
    }

    /// Asks it to end now, and waits until it has.
    pub(super) fn interrupt(mut self) -> anyhow::Result<()> {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-INT", &pid]).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait()) {
            eprint_once(self.name, &error);
        }
    }
}

#[expect(clippy::print_stderr, reason = "the report of a command for people")]
fn eprint_once(name: &str, error: &std::io::Error) {
    eprintln!("{name} was not stopped: {error}");
}

/// `program`, as nobody where we are root.
pub(crate) fn unprivileged(program: impl AsRef<std::ffi::OsStr>) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", UNPRIVILEGED, "--regid", "nogroup", "--clear-groups", "--"])
        .arg(program);
    command
}

/// A new folder under the system's scratch folder that the daemon may write to.
///
/// # Errors
/// Where it cannot be made or given away.
pub fn folder(name: &str) -> anyhow::Result<tempfile::TempDir> {
    let folder = tempfile::Builder::new().prefix(&format!("pynomaly-{name}-")).tempdir()?;
    if is_root() {
        let path = folder.path().display().to_string();
        let chown = Command::new("chown").args([UNPRIVILEGED, &path]).status()?;
        if !chown.success() {
            bail!("{path} cannot be given to {UNPRIVILEGED}");
        }
    }
    Ok(folder)
}

/// A port that nobody listens on now.
///
/// # Errors
/// Where there is none.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}
