//! A server of our own: own port, own data folder, own plugin folder, gone on drop.

use super::client::Client;
use pynomaly_store::Location;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(crate) const EMAIL: &str = "admin@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery staple";

pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Server {
    /// A server with these plugins, each `(file name, component)`.
    pub(crate) fn start(plugins: &[(&str, &[u8])]) -> Self {
        Self::start_with(plugins, &[])
    }

    /// The same, with settings.
    pub(crate) fn start_with(plugins: &[(&str, &[u8])], environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("plugins")).unwrap();
        for (name, component) in plugins {
            fs::write(folder.path().join("plugins").join(name), component).unwrap();
        }
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let environment: Vec<_> =
            database(folder.path()).into_iter().chain(environment.iter().map(own)).collect();
        let (child, url) = spawn(folder.path(), &environment);
        Self { child, url, folder, environment }
    }

    /// Ends the server as the kernel would: without a word.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks the server to end; returns whether it ended well, and after how long.
    pub(crate) fn terminate(&mut self) -> (bool, Duration) {
        let asked = Instant::now();
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        let status = self.child.wait().unwrap();
        (status.success(), asked.elapsed())
    }

    /// What it is started with the next time.
    pub(crate) fn set(&mut self, environment: &[(&str, &str)]) {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        // The database stays: it is not the test's to choose, but the run's.
        self.environment.retain(|(name, _)| name == "DATABASE_URL");
        self.environment.extend(environment.iter().map(own));
    }

    /// Where its database is, for another server beside it.
    pub(crate) fn database_url(&self) -> String {
        let given = self.environment.iter().rev().find(|(name, _)| name == "DATABASE_URL");
        let file = || format!("sqlite://{}", self.folder.path().join("data/pynomaly.db").display());
        given.map_or_else(file, |(_, url)| url.clone())
    }

    /// Runs another command of the binary on the same data; whether it ended well, and its output.
    pub(crate) fn run(&self, arguments: &[&str]) -> (bool, String) {
        let output = Command::new(binary())
            .args(arguments)
            .env_clear()
            .env("PYNOMALY_DATA_DIR", self.folder.path().join("data"))
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }

    /// Starts again on the same folders.
    pub(crate) fn restart(&mut self) {
        let (child, url) = spawn(self.folder.path(), &self.environment);
        (self.child, self.url) = (child, url);
    }

    pub(crate) fn plugin_folder(&self) -> PathBuf {
        self.folder.path().join("plugins")
    }

    /// Puts a component into the plugin folder as a careful copy does: write, then rename.
    pub(crate) fn put_plugin(&self, name: &str, component: &[u8]) {
        let unfinished = self.plugin_folder().join(format!(".{name}"));
        fs::write(&unfinished, component).unwrap();
        fs::rename(unfinished, self.plugin_folder().join(name)).unwrap();
    }

    /// Everything the server logged since it was first started.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("server.log")).unwrap()
    }

    /// Its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Resident memory in KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Processor time used so far, in clock ticks of a hundredth of a second.
    pub(crate) fn processor_ticks(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<_> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    }

    /// Someone who is not logged in.
    pub(crate) fn anyone(&self) -> Client {
        Client::new(&self.url)
    }

    /// The first admin, logged in.
    pub(crate) fn admin(&self) -> Client {
        self.anyone().log_in(EMAIL, PASSWORD)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = self.log();
            let tail: Vec<_> = log.lines().rev().take(40).collect();
            for line in tail.iter().rev() {
                println!("server: {line}");
            }
        }
    }
}

/// A database of Postgres for this server alone, where the tests run on Postgres.
fn database(folder: &Path) -> Option<(String, String)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    match runtime.block_on(pynomaly_store::testing::location(folder)) {
        Location::Sqlite(_) => None,
        Location::Postgres(url) => Some(("DATABASE_URL".to_owned(), url)),
    }
}

fn spawn(folder: &Path, environment: &[(String, String)]) -> (Child, String) {
    let address = folder.join("address");
    let _ = fs::remove_file(&address);
    let log =
        fs::File::options().create(true).append(true).open(folder.join("server.log")).unwrap();
    let mut child = Command::new(binary())
        .arg("serve")
        .env_clear()
        .env("PYNOMALY_LISTEN", "127.0.0.1:0")
        .env("PYNOMALY_ADDRESS_FILE", &address)
        .env("PYNOMALY_DATA_DIR", folder.join("data"))
        .env("PYNOMALY_PLUGIN_DIR", folder.join("plugins"))
        .env("PYNOMALY_ADMIN_EMAIL", EMAIL)
        .env("PYNOMALY_ADMIN_PASSWORD", PASSWORD)
        // Guests that misbehave do not pass it: it is the concern of `self_test.rs` alone.
        .env("PYNOMALY_SELF_TEST", "false")
        // What a client has left is the concern of the tests of quotas alone, which ask for it.
        .env("RATE_LIMIT_ENABLED", "false")
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    let is_encrypted = environment.iter().any(|(name, _)| name == "PYNOMALY_TLS_CERTIFICATE");
    let scheme = if is_encrypted { "https" } else { "http" };
    let url = wait_until_ready(scheme, &address, &mut child, folder);
    (child, url)
}

fn wait_until_ready(scheme: &str, address: &Path, child: &mut Child, folder: &Path) -> String {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(60) {
        if let Some(status) = child.try_wait().unwrap() {
            let log = fs::read_to_string(folder.join("server.log")).unwrap();
            panic!("the server ended with {status}:\n{log}");
        }
        let bound = fs::read_to_string(address).unwrap_or_default();
        if !bound.is_empty() {
            let url = format!("{scheme}://{}", bound.trim());
            if Client::new(&url).get("/ready").status == 200 {
                return url;
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("the server is not ready");
}

/// Beside the test binary, in cargo's target folder.
fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let binary = folder.join("pynomaly");
    assert!(binary.exists(), "{} is not there; run `cargo xtask test`", binary.display());
    binary
}
