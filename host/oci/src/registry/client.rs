//! One conversation with a registry.

use super::challenge::{Challenge, parse};
use super::{Options, RegistryError};
use crate::artifact::cut;
use crate::credentials::Credentials;
use crate::limits::{REASON_BYTES_MAX, REDIRECTS_MAX};
use crate::reference::Reference;
use serde::Deserialize;
use std::time::{Duration, Instant};
use ureq::http::{Method, Request, Response, StatusCode, header};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};

/// Bytes of the answer that a token comes in.
const TOKEN_BYTES_MAX: usize = 64 << 10;

/// Talks to the registry of one reference until its time is over.
pub(super) struct Client<'a> {
    agent: Agent,
    /// Scheme, host and port.
    origin: String,
    pub(super) reference: &'a Reference,
    pub(super) options: &'a Options,
    /// `push` or `pull`, as scopes call it.
    actions: &'static str,
    /// What the registry was last content with.
    authorization: Option<String>,
    ends: Instant,
}

/// What a request carries.
#[derive(Clone, Copy, Default)]
pub(super) struct Carried<'a> {
    pub(super) accept: Option<&'static str>,
    pub(super) content_type: Option<&'static str>,
    pub(super) body: Option<&'a [u8]>,
}

#[derive(Deserialize)]
struct Token {
    #[serde(alias = "access_token")]
    token: String,
}

/// How registries say what is wrong.
#[derive(Deserialize)]
struct Reasons {
    errors: Vec<Reason>,
}

#[derive(Deserialize)]
struct Reason {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

impl<'a> Client<'a> {
    pub(super) fn new(
        reference: &'a Reference,
        options: &'a Options,
        actions: &'static str,
    ) -> Self {
        let is_plain = options.is_plain || reference.is_local();
        let scheme = if is_plain { "http" } else { "https" };
        let mut agent = Agent::config_builder()
            .https_only(!is_plain)
            .http_status_as_error(false)
            .max_redirects(REDIRECTS_MAX);
        if !is_plain {
            agent = agent.tls_config(tls());
        }
        Self {
            agent: agent.build().into(),
            origin: format!("{scheme}://{}", reference.registry()),
            reference,
            options,
            actions,
            authorization: None,
            ends: Instant::now() + options.limits.time_max,
        }
    }

    /// The address of `rest` in the repository.
    pub(super) fn url(&self, rest: &str) -> String {
        format!("{}/v2/{}/{rest}", self.origin, self.reference.repository())
    }

    /// What `location` of an answer means, which may leave the host out.
    pub(super) fn resolve(&self, location: &str) -> String {
        if location.starts_with('/') {
            format!("{}{location}", self.origin)
        } else {
            location.into()
        }
    }

    /// Asks, and asks again with what the registry wants to know.
    pub(super) fn send(
        &mut self,
        method: &Method,
        url: &str,
        carried: Carried<'_>,
    ) -> Result<Response<Body>, RegistryError> {
        let answer = self.send_once(method, url, carried)?;
        // Whoever else the registry sends us to is told nothing.
        if answer.status() != StatusCode::UNAUTHORIZED || !self.is_own(url) {
            return Ok(answer);
        }
        let challenges = answer.headers().get_all(header::WWW_AUTHENTICATE).iter();
        let challenge = challenges.filter_map(|it| it.to_str().ok()).find_map(parse);
        let Some(challenge) = challenge else { return Err(self.unauthorized(answer)) };
        let Some(authorization) = self.meet(challenge)? else {
            return Err(self.unauthorized(answer));
        };
        self.authorization = Some(authorization);
        let answer = self.send_once(method, url, carried)?;
        if answer.status() == StatusCode::UNAUTHORIZED {
            return Err(self.unauthorized(answer));
        }
        Ok(answer)
    }

    fn send_once(
        &self,
        method: &Method,
        url: &str,
        Carried { accept, content_type, body }: Carried<'_>,
    ) -> Result<Response<Body>, RegistryError> {
        let mut request = Request::builder().method(method).uri(url);
        let authorization = self.authorization.as_deref().filter(|_| self.is_own(url));
        for (name, value) in [
            (header::ACCEPT, accept),
            (header::CONTENT_TYPE, content_type),
            (header::AUTHORIZATION, authorization),
        ] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let timeout = Some(self.time_left()?);
        let wrong = |error| self.unreachable(url, ureq::Error::Http(error));
        let answer = match body {
            Some(body) => {
                let request = request.body(body).map_err(wrong)?;
                let request = self.agent.configure_request(request).timeout_global(timeout);
                self.agent.run(request.build())
            }
            None => {
                let request = request.body(()).map_err(wrong)?;
                let request = self.agent.configure_request(request).timeout_global(timeout);
                self.agent.run(request.build())
            }
        };
        answer.map_err(|error| self.unreachable(url, error))
    }

    /// At most `limit` bytes of the answer.
    pub(super) fn read(
        &self,
        url: &str,
        answer: Response<Body>,
        limit: usize,
    ) -> Result<Vec<u8>, RegistryError> {
        let large = || RegistryError::Answer(format!("it has more than {limit} bytes"));
        // Whether the library takes bodies that fill its limit depends on how they are framed: it
        // is given one more, and the limit is ours.
        let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        let bytes = answer.into_body().into_with_config().limit(most).read_to_vec();
        let bytes = bytes.map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(_) => large(),
            error => self.unreachable(url, error),
        })?;
        if bytes.len() > limit { Err(large()) } else { Ok(bytes) }
    }

    /// That the registry does not do `what`, and what it says.
    pub(super) fn refused(&self, what: &str, answer: Response<Body>) -> RegistryError {
        let status = answer.status();
        if status == StatusCode::NOT_FOUND {
            return RegistryError::Missing(what.to_owned());
        }
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return self.unauthorized(answer);
        }
        let said = reason(answer);
        RegistryError::Refused { what: what.to_owned(), status: status.as_u16(), said }
    }

    fn unauthorized(&self, answer: Response<Body>) -> RegistryError {
        let who = match self.options.credentials {
            Some(_) => "the credentials",
            None => "to answer without credentials",
        };
        RegistryError::Unauthorized { who, said: reason(answer) }
    }

    /// The value of `Authorization` that meets `challenge`; `None` where there is none to give.
    fn meet(&self, challenge: Challenge) -> Result<Option<String>, RegistryError> {
        let credentials = self.options.credentials.as_ref();
        let Challenge::Bearer { realm, service, scope } = challenge else {
            return Ok(credentials.map(Credentials::basic));
        };
        let own_scope = format!("repository:{}:{}", self.reference.repository(), self.actions);
        let mut request = self.agent.get(&realm).query("scope", scope.unwrap_or(own_scope));
        if let Some(service) = service {
            request = request.query("service", service);
        }
        if let Some(credentials) = credentials {
            request = request.header(header::AUTHORIZATION, credentials.basic());
        }
        let request = request.config().timeout_global(Some(self.time_left()?)).build();
        let answer = request.call().map_err(|error| self.unreachable(&realm, error))?;
        if !answer.status().is_success() {
            return Err(self.unauthorized(answer));
        }
        let text = self.read(&realm, answer, TOKEN_BYTES_MAX)?;
        let token: Token = serde_json::from_slice(&text)
            .map_err(|_| RegistryError::Answer("it gives no token".to_owned()))?;
        Ok(Some(format!("Bearer {}", token.token)))
    }

    fn is_own(&self, url: &str) -> bool {
        url.strip_prefix(&self.origin).is_some_and(|rest| rest.starts_with('/'))
    }

    fn time_left(&self) -> Result<Duration, RegistryError> {
        let left = self.ends.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(self.late()) } else { Ok(left) }
    }

    fn late(&self) -> RegistryError {
        RegistryError::Time(self.options.limits.time_max)
    }

    fn unreachable(&self, url: &str, error: ureq::Error) -> RegistryError {
        if matches!(error, ureq::Error::Timeout(_)) {
            return self.late();
        }
        // A query may hold what lets somebody in.
        let url = cut(url.split('?').next().unwrap_or(url));
        RegistryError::Unreachable { url, source: Box::new(error) }
    }
}

/// The authorities that this machine trusts; those of the library where it has none.
fn tls() -> TlsConfig {
    let found = rustls_native_certs::load_native_certs().certs;
    let certificates: Vec<_> =
        found.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
    let tls = TlsConfig::builder();
    if certificates.is_empty() {
        return tls.build();
    }
    tls.root_certs(RootCerts::new_with_certs(&certificates)).build()
}

/// What a registry says to its refusal.
fn reason(answer: Response<Body>) -> String {
    let status = answer.status();
    let body = answer.into_body().into_with_config().limit(REASON_BYTES_MAX);
    let text = body.read_to_vec().unwrap_or_default();
    let reasons = serde_json::from_slice::<Reasons>(&text).ok();
    let first = reasons.and_then(|reasons| reasons.errors.into_iter().next());
    match first {
        Some(Reason { code, message }) => cut(&format!("{code}: {message}")),
        None => format!("{status}, without a reason"),
    }
}
