//! `pynomaly plugin upload`: a component to a server.

mod http;
mod steps;

use super::read;
use anyhow::Context;
use http::Server;
use serde_json::{Value, json};
use std::path::PathBuf;

const PLUGINS: &str = "/api/v1/admin/plugins";

/// Give a component to a server, as a version that serves nobody yet; with --promote, have it
/// serve. What the server does with it shows on standard error, step by step.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pynomaly plugin upload --server http://127.0.0.1:8000
  pynomaly plugin upload knn.wasm --key author.pem --promote

Exit codes:
  0  it is there, and serves if asked to
  4  the server refused it; the message begins with the step")]
pub(crate) struct Arguments {
    /// The component.
    #[arg(default_value = "build/detector.wasm")]
    file: PathBuf,
    /// The server's address.
    #[arg(long, env = "PYNOMALY_SERVER", default_value = "http://127.0.0.1:8000")]
    server: String,
    /// An API key with the scope plugins, or an admin's access token.
    #[arg(long, env = "PYNOMALY_TOKEN", hide_env_values = true)]
    token: String,
    /// Sign it with this Ed25519 key in PEM.
    #[arg(long)]
    key: Option<PathBuf>,
    /// Have it serve its name, in the place of what does so now.
    #[arg(long)]
    promote: bool,
    /// Why, for the list of versions and the audit log.
    #[arg(long, requires = "promote")]
    reason: Option<String>,
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let component = read(&arguments.file)?;
    let mut headers =
        vec![("content-type", "application/wasm".to_owned()), ("prefer", "respond-async".into())];
    if let Some(key) = &arguments.key {
        let key = String::from_utf8(read(key)?).context("the key is no PEM")?;
        headers.push(("pynomaly-signature", pynomaly_server::sign(&component, &key)?.0));
    }
    let server = Server { url: &arguments.server, token: &arguments.token };
    let answer = server.post(PLUGINS, &headers, &component)?;
    let digest = match answer.location {
        Some(location) => text(&steps::follow(&server, &location)?, "digest")?.to_owned(),
        None => text(&answer.body, "digest")?.to_owned(),
    };
    let version = version(&server, &digest)?;
    let name = text(&version, "detector_type")?;
    println!("{name} {} {digest} is {}", text(&version, "version")?, text(&version, "state")?);
    if !arguments.promote {
        return Ok(());
    }
    let promoted = promote(&server, &version, name, arguments.reason.as_deref())?;
    println!("{name} is served by it: {}", text(&promoted, "state")?);
    Ok(())
}

/// As the server lists it.
fn version(server: &Server<'_>, digest: &str) -> anyhow::Result<Value> {
    let list = server.get(PLUGINS)?;
    let items = list.get("items").and_then(Value::as_array).context("the answer has no items")?;
    let is_it = |item: &&Value| item.get("digest").and_then(Value::as_str) == Some(digest);
    let found = items.iter().find(is_it).cloned();
    found.with_context(|| format!("the server does not list {digest}"))
}

fn promote(
    server: &Server<'_>,
    version: &Value,
    name: &str,
    reason: Option<&str>,
) -> anyhow::Result<Value> {
    let mut change = json!({"digest": version.get("digest"), "revision": version.get("revision")});
    if let Some(reason) = reason
        && let Some(change) = change.as_object_mut()
    {
        change.insert("reason".to_owned(), reason.into());
    }
    let headers = [("content-type", "application/json".to_owned())];
    let path = format!("{PLUGINS}/{name}/promote");
    Ok(server.post(&path, &headers, &serde_json::to_vec(&change)?)?.body)
}

fn text<'a>(answer: &'a Value, name: &str) -> anyhow::Result<&'a str> {
    answer.get(name).and_then(Value::as_str).with_context(|| format!("the answer has no {name}"))
}
