//! One name for a request, in its answer and in every log line.

use crate::state::App;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use std::fmt;

/// The header that carries it, both ways.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The client's own id if it gave a sane one, else a new one.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(HeaderValue);

impl RequestId {
    pub(crate) fn of(headers: &HeaderMap, app: &App) -> Self {
        let given = headers.get(HEADER).filter(|id| is_sane(id, app.limits.request_id_max));
        Self(given.cloned().unwrap_or_else(|| {
            let mut text = [0; 32];
            let text = app.id(app.clock.now()).simple().encode_lower(&mut text);
            // Hexadecimal digits are always a valid value.
            HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("-"))
        }))
    }

    /// That of a request under way.
    pub(crate) fn known(parts: &Parts, app: &App) -> Self {
        let known = parts.extensions.get::<Self>().cloned();
        known.unwrap_or_else(|| Self::of(&parts.headers, app))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or("-")
    }

    pub(crate) fn to_header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// Short, and nothing in it that means something to a log or a terminal.
fn is_sane(id: &HeaderValue, longest: usize) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
    (1..=longest).contains(&id.len()) && id.as_bytes().iter().all(allowed)
}
