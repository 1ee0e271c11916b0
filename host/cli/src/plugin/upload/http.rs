use crate::exit::PluginRefused;
use anyhow::Context;
use serde_json::Value;
use std::time::Duration;
use ureq::http::{Response, header};
use ureq::{Body, RequestBuilder};

/// For a server to take in 32 MiB over a slow line, or, where it does not know better, to compile
/// before it answers.
const WAIT_MAX: Duration = Duration::from_secs(300);

/// Too many requests, and too busy or not ready.
const PATIENCE: [u16; 2] = [429, 503];

/// Where to ask, and as whom.
pub(super) struct Server<'a> {
    pub(super) url: &'a str,
    pub(super) token: &'a str,
}

/// A good answer.
pub(super) struct Answer {
    pub(super) body: Value,
    /// Where to ask how far it is, if it goes on.
    pub(super) location: Option<String>,
}

impl Server<'_> {
    pub(super) fn get(&self, path: &str) -> anyhow::Result<Value> {
        let url = self.at(path);
        let answer = self.prepare(ureq::get(&url)).call();
        Ok(read(&url, answer)?.body)
    }

    /// The same; nothing where the server asks for patience.
    pub(super) fn ask(&self, path: &str) -> anyhow::Result<Option<Value>> {
        let url = self.at(path);
        let answer = self.prepare(ureq::get(&url)).call();
        if answer.as_ref().is_ok_and(|answer| PATIENCE.contains(&answer.status().as_u16())) {
            return Ok(None);
        }
        Ok(Some(read(&url, answer)?.body))
    }

    pub(super) fn post(
        &self,
        path: &str,
        headers: &[(&str, String)],
        body: &[u8],
    ) -> anyhow::Result<Answer> {
        let url = self.at(path);
        let mut request = self.prepare(ureq::post(&url));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        read(&url, request.send(body))
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url.trim_end_matches('/'))
    }

    fn prepare<B>(&self, request: RequestBuilder<B>) -> RequestBuilder<B> {
        let request = request.config().http_status_as_error(false);
        let request = request.timeout_global(Some(WAIT_MAX)).build();
        request.header("authorization", format!("Bearer {}", self.token))
    }
}

fn read(url: &str, answer: Result<Response<Body>, ureq::Error>) -> anyhow::Result<Answer> {
    let mut answer = answer.with_context(|| format!("{url} cannot be reached"))?;
    let status = answer.status();
    let location = answer.headers().get(header::LOCATION).filter(|_| status.as_u16() == 202);
    let location = location.and_then(|it| it.to_str().ok()).map(str::to_owned);
    let said = answer.body_mut().read_to_string().with_context(|| format!("{url}: {status}"))?;
    let body: Value = serde_json::from_str(&said)
        .with_context(|| format!("{url} answers {status}, and no JSON: is it a Pynomaly?"))?;
    if status.is_success() {
        return Ok(Answer { body, location });
    }
    Err(refused(&status.to_string(), &body).into())
}

/// What a problem says.
pub(super) fn refused(status: &str, problem: &Value) -> PluginRefused {
    let why = problem.get("detail").or(problem.get("title")).and_then(Value::as_str);
    PluginRefused(format!("{status}: {}", why.unwrap_or("no reason given")))
}
