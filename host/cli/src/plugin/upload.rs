//! `pynomaly plugin upload`: a component to a server.

use super::read;
use crate::exit::PluginRefused;
use anyhow::Context;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

const PLUGINS: &str = "/api/v1/admin/plugins";
/// A server compiles before it answers.
const WAIT_MAX: Duration = Duration::from_secs(120);

/// Give a component to a server, as a version that serves nobody yet; with --promote, have it
/// serve.
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
    let mut headers = vec![("content-type", "application/wasm".to_owned())];
    if let Some(key) = &arguments.key {
        let key = String::from_utf8(read(key)?).context("the key is no PEM")?;
        headers.push(("pynomaly-signature", pynomaly_server::sign(&component, &key)?.0));
    }
    let version = post(arguments, PLUGINS, &headers, &component)?;
    let name = text(&version, "detector_type")?;
    let digest = text(&version, "digest")?;
    println!("{name} {} {digest} is {}", text(&version, "version")?, text(&version, "state")?);
    if !arguments.promote {
        return Ok(());
    }
    let mut change = json!({"digest": digest, "revision": version.get("revision")});
    if let Some(reason) = &arguments.reason
        && let Some(change) = change.as_object_mut()
    {
        change.insert("reason".to_owned(), reason.as_str().into());
    }
    let headers = [("content-type", "application/json".to_owned())];
    let path = format!("{PLUGINS}/{name}/promote");
    let promoted = post(arguments, &path, &headers, &serde_json::to_vec(&change)?)?;
    println!("{name} is served by it: {}", text(&promoted, "state")?);
    Ok(())
}

fn post(
    arguments: &Arguments,
    path: &str,
    headers: &[(&str, String)],
    body: &[u8],
) -> anyhow::Result<Value> {
    let url = format!("{}{path}", arguments.server.trim_end_matches('/'));
    let mut request = ureq::post(&url)
        .config()
        .http_status_as_error(false)
        .timeout_global(Some(WAIT_MAX))
        .build()
        .header("authorization", format!("Bearer {}", arguments.token));
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let mut answer = request.send(body).with_context(|| format!("{url} cannot be reached"))?;
    let status = answer.status();
    let said = answer.body_mut().read_to_string().with_context(|| format!("{url}: {status}"))?;
    let said: Value = serde_json::from_str(&said)
        .with_context(|| format!("{url} answers {status}, and no JSON: is it a Pynomaly?"))?;
    if status.is_success() {
        return Ok(said);
    }
    let why = said.get("detail").or(said.get("title")).and_then(Value::as_str);
    Err(PluginRefused(format!("{status}: {}", why.unwrap_or("no reason given"))).into())
}

fn text<'a>(answer: &'a Value, name: &str) -> anyhow::Result<&'a str> {
    answer.get(name).and_then(Value::as_str).with_context(|| format!("the answer has no {name}"))
}
