//! The API against its own description: schemathesis makes up requests, and every answer must be
//! one that `docs/openapi.json` promises.

use crate::plugins::cache;
use crate::services::install;
use crate::step::{Step, program};
use anyhow::Context;
use pynomaly_test_services::{Daemon, folder, free_port};
use serde_json::{Value, json};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The release that the checks are known of.
const PACKAGE: &str = "schemathesis==4.32.*";
/// Requests made up for each operation and phase.
const EXAMPLES: &str = "25";
/// The same requests every time.
const SEED: &str = "1";
const EMAIL: &str = "admin@example.com";
const PASSWORD: &str = "correct horse battery staple";
/// All there are: every route is to be reached.
const SCOPES: [&str; 9] =
    ["read", "detect", "fit", "keys", "users", "audit", "plugins", "tenants", "captures"];

/// Starts a server of its own and runs all checks against it.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let tool = tool()?;
    let (folder, port) = (folder("schemathesis")?, free_port()?);
    let url = format!("http://127.0.0.1:{port}");
    let mut server = Command::new(binary(root));
    server
        .arg("serve")
        .env("PYNOMALY_LISTEN", format!("127.0.0.1:{port}"))
        .env("PYNOMALY_DATA_DIR", folder.path().join("data"))
        .env("PYNOMALY_PLUGIN_DIR", root.join("target/plugins"))
        .env("PYNOMALY_ADMIN_EMAIL", EMAIL)
        .env("PYNOMALY_ADMIN_PASSWORD", PASSWORD)
        // The bundled plugins have passed it in the kit's own tests.
        .env("PYNOMALY_SELF_TEST", "false")
        // Thousands of requests in seconds are what is wanted here.
        .env("RATE_LIMIT_ENABLED", "false");
    let is_ready = || TcpStream::connect(("127.0.0.1", port)).is_ok();
    let log = folder.path().join("log");
    let _server = Daemon::start("pynomaly", server, &log, is_ready)?;
    let key = key(&url)?;
    let mut command = Command::new(tool);
    command
        .arg("--config-file")
        .arg(root.join("tests/schemathesis.toml"))
        .args(["run", &format!("{url}/openapi.json"), "--checks", "all", "--seed", SEED])
        .args(["--max-examples", EXAMPLES, "--header", &format!("X-API-Key: {key}")])
        .env("SCHEMATHESIS_HOOKS", root.join("tests/schemathesis_hooks.py"))
        .current_dir(folder.path());
    Step::new("schemathesis").run(|| {
        let output = command.output().context("schemathesis did not start")?;
        let said = String::from_utf8_lossy(&output.stdout);
        anyhow::ensure!(output.status.success(), "the API is not as described:\n{said}");
        Ok(())
    })
}

/// The program, in a virtual environment of our own.
fn tool() -> anyhow::Result<PathBuf> {
    let bin = virtual_environment("schemathesis-venv")?;
    if !bin.join("schemathesis").exists() {
        let hint = "is the package index reachable?";
        program(bin.join("pip"), &["install", "--quiet", PACKAGE]).hint(hint).go()?;
    }
    Ok(bin.join("schemathesis"))
}

/// The programs of a virtual environment in the cache folder, which is made if it is not there.
pub(crate) fn virtual_environment(name: &str) -> anyhow::Result<PathBuf> {
    let folder = cache().join(name);
    if !folder.join("bin/pip").exists() {
        let by_hand = "install python3-venv, then run this again";
        let path = folder.display().to_string();
        if program("python3", &["-m", "venv", &path]).hint(by_hand).go().is_err() {
            install("python3-venv")?;
            program("python3", &["-m", "venv", &path]).hint(by_hand).go()?;
        }
    }
    Ok(folder.join("bin"))
}

/// Where `cargo build` put the server.
pub(crate) fn binary(root: &Path) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| root.join("target")).join("debug/pynomaly")
}

/// An API key of the first admin that may do everything.
fn key(url: &str) -> anyhow::Result<String> {
    let login = json!({"email": EMAIL, "password": PASSWORD});
    let token = text(post(url, "/api/v1/auth/login", None, &login)?, "access_token")?;
    let body = json!({"name": "schemathesis", "scopes": SCOPES});
    text(post(url, "/api/v1/api-keys", Some(&token), &body)?, "key")
}

fn post(url: &str, path: &str, token: Option<&str>, body: &Value) -> anyhow::Result<Value> {
    let mut request = ureq::post(format!("{url}{path}"));
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    Ok(request.send_json(body)?.body_mut().read_json()?)
}

fn text(answer: Value, name: &str) -> anyhow::Result<String> {
    let text = answer.get(name).and_then(Value::as_str).map(str::to_owned);
    text.with_context(|| format!("the answer has no {name}"))
}
