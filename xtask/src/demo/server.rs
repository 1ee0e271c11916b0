//! The demo's server: started once, left running.

use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::fs;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use ureq::Agent;

pub(crate) const EMAIL: &str = "admin@example.com";
const LISTEN: &str = "127.0.0.1:8000";
const READY_WITHIN: Duration = Duration::from_secs(60);

pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) pid: u32,
    pub(crate) password: String,
}

/// Someone logged in.
pub(crate) struct Session {
    agent: Agent,
    url: String,
    token: String,
}

impl Server {
    /// Starts a server on embedded defaults in `.demo/`, in place of one left by an earlier run.
    pub(crate) fn start(root: &Path) -> anyhow::Result<Self> {
        let folder = root.join(".demo");
        fs::create_dir_all(&folder)?;
        stop_earlier(&folder);
        let password = password(&folder.join("admin-password"))?;
        let log_path = folder.join("server.log");
        let mut child = spawn(root, &folder, &log_path, &password)?;
        fs::write(folder.join("server.pid"), child.id().to_string())?;
        let url = format!("http://{}", listen());
        wait_until_ready(&url, &mut child, &log_path)?;
        Ok(Self { url, pid: child.id(), password })
    }

    pub(crate) fn log_in(&self) -> anyhow::Result<Session> {
        let mut session = Session { agent: agent(), url: self.url.clone(), token: String::new() };
        let account = json!({"email": EMAIL, "password": self.password});
        let answer = session.post("/api/v1/auth/login", &account)?;
        session.token = answer
            .get("access_token")
            .and_then(Value::as_str)
            .context("no access_token")?
            .to_owned();
        Ok(session)
    }

    /// Two lines to paste: log in, detect.
    pub(crate) fn curl(&self) -> anyhow::Result<String> {
        let account = serde_json::to_string(&json!({"email": EMAIL, "password": self.password}))?;
        let url = &self.url;
        Ok(format!(
            "TOKEN=$(curl -s {url}/api/v1/auth/login -H 'content-type: application/json' \
             -d '{account}' | sed 's/.*\"access_token\":\"\\([^\"]*\\).*/\\1/')\n\
             curl -s {url}/api/v1/detect -H \"authorization: Bearer $TOKEN\" \
             -H 'content-type: application/json' \
             -d '{{\"data\": [[1, 2], [2, 1], [1, 1], [2, 2], [9, 9]], \"detector_type\": \"knn\", \
             \"parameters\": {{\"n_neighbors\": 2}}, \"seed\": 7}}'"
        ))
    }
}

impl Session {
    /// Names of all detectors whose rows stand for themselves: a series has nothing to say of
    /// patients.
    pub(crate) fn detectors(&self) -> anyhow::Result<Vec<String>> {
        let url = format!("{}/api/v1/detectors", self.url);
        let request = self.agent.get(url).header("authorization", format!("Bearer {}", self.token));
        let answer = read(request.call()?)?;
        let items =
            answer.get("items").and_then(Value::as_array).context("the answer has no items")?;
        let tabular = items.iter().filter(|it| it["task"] == "tabular");
        Ok(tabular.filter_map(|it| it["detector_type"].as_str().map(str::to_owned)).collect())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.agent.post(format!("{}{path}", self.url));
        let request = request.header("authorization", format!("Bearer {}", self.token));
        read(request.send_json(body)?)
    }
}

fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).build().into()
}

fn read(mut answer: ureq::http::Response<ureq::Body>) -> anyhow::Result<Value> {
    let body: Value = answer.body_mut().read_json()?;
    if !answer.status().is_success() {
        bail!("the server answered {}: {body}", answer.status());
    }
    Ok(body)
}

fn listen() -> String {
    std::env::var("PYNOMALY_LISTEN").unwrap_or_else(|_| LISTEN.into())
}

fn spawn(root: &Path, folder: &Path, log: &Path, password: &str) -> anyhow::Result<Child> {
    let log = fs::File::create(log)?;
    Command::new(binary(root))
        .arg("serve")
        .env("PYNOMALY_LISTEN", listen())
        .env("PYNOMALY_DATA_DIR", folder.join("data"))
        .env("PYNOMALY_PLUGIN_DIR", root.join("target/plugins"))
        // The bundled plugins have passed it in the kit's own tests, and nobody likes to wait.
        .env("PYNOMALY_SELF_TEST", "false")
        // A server to play with, for one person: nobody needs protection from them.
        .env("RATE_LIMIT_ENABLED", "false")
        .env("PYNOMALY_ADMIN_EMAIL", EMAIL)
        .env("PYNOMALY_ADMIN_PASSWORD", password)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .context("the server did not start")
}

/// Where cargo put it.
fn binary(root: &Path) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| root.join("target")).join("release/pynomaly")
}

fn wait_until_ready(url: &str, child: &mut Child, log: &Path) -> anyhow::Result<()> {
    let started = Instant::now();
    while started.elapsed() < READY_WITHIN {
        if let Some(status) = child.try_wait()? {
            let said = fs::read_to_string(log).unwrap_or_default();
            bail!(
                "the server ended with {status}; is {url} taken? PYNOMALY_LISTEN changes it\n{said}"
            );
        }
        let answer = agent().get(format!("{url}/ready")).call();
        if answer.is_ok_and(|answer| answer.status().is_success()) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    bail!("the server is not ready after {READY_WITHIN:?}; see {}", log.display())
}

/// The admin's password: made at the first run, kept for the next ones in a private file.
fn password(path: &Path) -> anyhow::Result<String> {
    if let Ok(kept) = fs::read_to_string(path) {
        return Ok(kept);
    }
    let mut bytes = [0; 12];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let password: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
    std::io::Write::write_all(&mut file, password.as_bytes())?;
    Ok(password)
}

/// Ends a server of an earlier demo; only if that process still is one.
fn stop_earlier(folder: &Path) {
    let Ok(pid) = fs::read_to_string(folder.join("server.pid")) else { return };
    let program = fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
    let name = program.file_name().map(|name| name.to_string_lossy().into_owned());
    if !name.is_some_and(|name| name.starts_with("pynomaly")) {
        return;
    }
    let _ = Command::new("kill").arg(&pid).status();
    for _ in 0..100 {
        if !Path::new(&format!("/proc/{pid}")).exists() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
