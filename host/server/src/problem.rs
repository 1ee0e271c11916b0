//! The shape of every error that leaves the server: RFC 9457.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Fault {
    /// Where, as a JSON pointer into the body (RFC 6901): `/data/3/2`. Empty for all of it.
    pub(crate) pointer: String,
    /// What.
    pub(crate) message: String,
}

/// `application/problem+json`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// `urn:pynomaly:problem:CODE`.
    #[schema(value_type = String, example = "urn:pynomaly:problem:invalid_parameter")]
    pub(crate) r#type: String,
    /// The kind of problem, for people.
    #[schema(value_type = String)]
    pub(crate) title: &'static str,
    /// The HTTP status.
    #[schema(value_type = u16)]
    #[serde(serialize_with = "as_number")]
    pub(crate) status: StatusCode,
    /// This problem, for people.
    pub(crate) detail: String,
    /// The kind of problem, for programs; never changes its meaning.
    #[schema(value_type = String, example = "invalid_parameter")]
    pub(crate) code: &'static str,
    /// The request, as it is in the log.
    pub(crate) request_id: String,
    /// What exactly is wrong, if it can be said of parts of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<Fault>,
}

impl Fault {
    pub(crate) fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), message: message.into() }
    }
}

/// `/key` with what RFC 6901 wants escaped.
pub(crate) fn pointer_to(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn as_number<S: serde::Serializer>(status: &StatusCode, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_u16(status.as_u16())
}
