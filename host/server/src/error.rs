//! The only place that knows which misfortune has which HTTP status.

mod auth;
mod detect;
mod plugin;
mod table;

use crate::accounts::AccountError;
use crate::audit::Origin;
use crate::auth::oidc::OidcError;
use crate::auth::{AuthError, Caller, PasswordError, Permission};
use crate::gate::Busy;
use crate::plugins::{Broken, PluginError};
use crate::problem::{Fault, Problem};
use crate::table::TableError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pynomaly_core::MatrixError;
use pynomaly_engine::DetectError;
use pynomaly_store::StoreError;
use std::time::Duration;

/// After which a client that met a full queue or a lost database may try again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error("there is nothing at this path")]
    RouteUnknown,
    #[error("this path does not support the method")]
    MethodUnknown,
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("a valid access token or API key is needed: Authorization: Bearer …")]
    Unauthenticated,
    #[error("the address or the password is wrong")]
    WrongCredentials,
    #[error("the refresh token is unknown, used or expired")]
    WrongRefreshToken,
    #[error("your role or your key's scopes do not permit this: `{}` is needed", .0.permission)]
    Forbidden(Box<Refusal>),
    #[error("the body must be {0}")]
    MediaType(&'static str),
    #[error("the body has more than {limit} bytes, which is the limit")]
    BodyTooLarge { limit: usize },
    #[error("the body did not arrive whole: {0}")]
    BodyBroken(String),
    #[error("the body is not JSON: {}", .0.message)]
    Syntax(Fault),
    #[error("{}: {}", place(&.0.pointer), .0.message)]
    Invalid(Fault),
    #[error("Idempotency-Key must have 1 to {limit} visible characters")]
    IdempotencyKey { limit: usize },
    #[error("the request with this Idempotency-Key is being answered; try again soon")]
    IdempotencyRunning,
    #[error("this Idempotency-Key came with another request before")]
    IdempotencyReused,
    #[error("the request with this Idempotency-Key succeeded; its answer is not kept")]
    IdempotencyAnswerGone,
    #[error("somebody changed the {0} meanwhile")]
    Changed(&'static str),
    #[error("what computed this is not here any more: {0}")]
    DetectorGone(String),
    #[error("the query cannot be used: {0}")]
    Query(String),
    #[error("the server is not ready")]
    NotReady(Vec<Fault>),
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error(
        "more requests than the policy \"{policy}\" permits; try again in {} s",
        seconds(*.retry_after)
    )]
    RateLimited { policy: &'static str, retry_after: Duration },
    #[error("the fuel of your organisation for today is burnt; there is more at midnight, UTC")]
    FuelBurnt { retry_after: Duration },
    #[error("no answer within {} s", limit.as_secs())]
    Timeout { limit: Duration },
    #[error(transparent)]
    Matrix(#[from] MatrixError),
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(transparent)]
    Detect(#[from] DetectError),
    #[error(transparent)]
    Plugin(Box<PluginError>),
    #[error(transparent)]
    Broken(Box<Broken>),
    #[error(transparent)]
    Auth(#[from] AuthError),
    #[error(transparent)]
    Account(AccountError),
    #[error("{0}")]
    AccountAt(AccountError, &'static str),
    #[error("the database has no answer")]
    Store(#[from] StoreError),
    #[error("the server failed; the log has the cause under this request id")]
    Internal(String),
}

/// A permission that a caller has not; [`crate::observe`] tells the audit log.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) permission: Permission,
    pub(crate) tenant_id: uuid::Uuid,
    pub(crate) user_id: uuid::Uuid,
    pub(crate) origin: Origin,
}

/// How an [`ApiError`] is told to the client.
struct Verdict {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    errors: Vec<Fault>,
}

impl ApiError {
    /// A fault of the body at `pointer`.
    pub(crate) fn invalid(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(Fault::new(pointer, message))
    }

    /// The same fault, of what is at `pointer`.
    pub(crate) fn moved_to(self, pointer: &str) -> Self {
        match self {
            Self::Invalid(fault) => Self::invalid(pointer, fault.message),
            other => other,
        }
    }

    /// What is wrong with an account, of which the body has the address at `pointer`.
    pub(crate) fn at(error: AccountError, pointer: &'static str) -> Self {
        match error {
            AccountError::Email | AccountError::Taken => Self::AccountAt(error, pointer),
            other => other.into(),
        }
    }

    /// `caller` lacks `permission`.
    pub(crate) fn forbidden(permission: Permission, caller: &Caller) -> Self {
        let Caller { tenant_id, user_id, origin, .. } = caller.clone();
        Self::Forbidden(Box::new(Refusal { permission, tenant_id, user_id, origin }))
    }

    fn verdict(&self) -> Verdict {
        use StatusCode as S;
        match self {
            Self::RouteUnknown => verdict(S::NOT_FOUND, "route_unknown", "Unknown path"),
            Self::MethodUnknown => {
                verdict(S::METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed")
            }
            Self::NotFound(_) => verdict(S::NOT_FOUND, "not_found", "Not found"),
            Self::Unauthenticated => {
                verdict(S::UNAUTHORIZED, "unauthenticated", "Not authenticated")
            }
            Self::WrongCredentials => {
                verdict(S::UNAUTHORIZED, "wrong_credentials", "Wrong credentials")
            }
            Self::WrongRefreshToken => {
                verdict(S::UNAUTHORIZED, "wrong_refresh_token", "Wrong refresh token")
            }
            Self::Forbidden(_) => verdict(S::FORBIDDEN, "forbidden", "Forbidden"),
            Self::MediaType(_) => {
                verdict(S::UNSUPPORTED_MEDIA_TYPE, "media_type", "Unsupported media type")
            }
            Self::BodyTooLarge { .. } => {
                verdict(S::PAYLOAD_TOO_LARGE, "body_too_large", "Body too large")
            }
            Self::BodyBroken(_) => verdict(S::BAD_REQUEST, "body_broken", "Body incomplete"),
            Self::Syntax(fault) => {
                verdict(S::BAD_REQUEST, "json_syntax", "Not JSON").at(fault.clone())
            }
            Self::Invalid(fault) => {
                verdict(S::UNPROCESSABLE_ENTITY, "invalid_body", "Invalid body").at(fault.clone())
            }
            Self::IdempotencyKey { .. } => {
                verdict(S::BAD_REQUEST, "idempotency_key", "Wrong Idempotency-Key")
            }
            Self::IdempotencyRunning => {
                verdict(S::CONFLICT, "idempotency_running", "Already running")
            }
            Self::IdempotencyReused => {
                verdict(S::UNPROCESSABLE_ENTITY, "idempotency_reused", "Key used before")
            }
            Self::IdempotencyAnswerGone => {
                verdict(S::CONFLICT, "idempotency_answer_gone", "Already done")
            }
            Self::Changed(_) => verdict(S::CONFLICT, "changed", "Changed meanwhile"),
            Self::DetectorGone(_) => verdict(S::CONFLICT, "detector_gone", "Detector gone"),
            Self::Query(_) => verdict(S::UNPROCESSABLE_ENTITY, "invalid_query", "Invalid query"),
            Self::NotReady(parts) => not_ready(parts),
            Self::Busy(_) => busy(),
            Self::RateLimited { .. } => {
                verdict(S::TOO_MANY_REQUESTS, "rate_limited", "Too many requests")
            }
            Self::FuelBurnt { .. } => {
                verdict(S::TOO_MANY_REQUESTS, "fuel_quota", "Fuel quota reached")
            }
            Self::Timeout { .. } => verdict(S::GATEWAY_TIMEOUT, "timeout", "Timeout"),
            Self::Matrix(error) => refused("invalid_data", "/data", error.to_string()),
            Self::Table(error) => table::table(error),
            Self::Detect(error) => detect::detect(error),
            Self::Plugin(error) => plugin::plugin(error),
            Self::Broken(_) => verdict(S::SERVICE_UNAVAILABLE, "plugin_broken", "Plugin broken"),
            Self::Auth(error) => auth::auth(error),
            Self::Account(error) => account(error),
            Self::AccountAt(error, pointer) => {
                let message = error.to_string();
                Verdict { errors: vec![Fault::new(*pointer, message)], ..account(error) }
            }
            Self::Store(error) => store(error),
            Self::Internal(_) => internal(),
        }
    }

    /// When it is worth trying again.
    fn retry_after(&self, code: &str) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } | Self::FuelBurnt { retry_after } => {
                Some(*retry_after)
            }
            Self::Broken(broken) => Some(broken.retry_after),
            _ => ["busy", "database_unavailable", "idempotency_running"]
                .contains(&code)
                .then_some(RETRY_AFTER),
        }
    }

    /// What the log needs and the client must not see.
    fn cause(&self) -> Option<String> {
        match self {
            Self::Store(error) => Some(error.to_string()),
            Self::Internal(cause) => Some(cause.clone()),
            Self::Auth(error) => error.cause(),
            Self::Detect(DetectError::Call(error)) => Some(error.to_string()),
            _ => None,
        }
    }
}

fn account(error: &AccountError) -> Verdict {
    let message = error.to_string();
    match error {
        AccountError::Email => refused("invalid_email", "/email", message),
        AccountError::Password => refused("invalid_password", "/password", message),
        AccountError::CommonPassword => refused("common_password", "/password", message),
        AccountError::Taken => verdict(StatusCode::CONFLICT, "email_taken", "Address taken")
            .at(Fault::new("/email", message)),
        AccountError::Busy => busy(),
        AccountError::Hash(_) => internal(),
        AccountError::Store(error) => store(error),
    }
}

fn store(error: &StoreError) -> Verdict {
    use StatusCode as S;
    match error {
        StoreError::Busy => busy(),
        StoreError::Inconsistent { .. } | StoreError::RedisUrl => internal(),
        StoreError::EmailTaken => verdict(S::CONFLICT, "email_taken", "Address taken"),
        StoreError::NameTaken => verdict(S::CONFLICT, "name_taken", "Name taken"),
        StoreError::Closed
        | StoreError::Folder(_)
        | StoreError::Migrate(_)
        | StoreError::SchemaNewer { .. }
        | StoreError::Lost
        | StoreError::Database(_) => {
            verdict(S::SERVICE_UNAVAILABLE, "database_unavailable", "Database unavailable")
        }
    }
}

fn not_ready(parts: &[Fault]) -> Verdict {
    let verdict = verdict(StatusCode::SERVICE_UNAVAILABLE, "not_ready", "Not ready");
    Verdict { errors: parts.to_vec(), ..verdict }
}

fn busy() -> Verdict {
    verdict(StatusCode::SERVICE_UNAVAILABLE, "busy", "Busy")
}

fn internal() -> Verdict {
    verdict(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error")
}

/// Well-formed, and still not something that can be done.
fn refused(code: &'static str, pointer: impl Into<String>, message: String) -> Verdict {
    verdict(StatusCode::UNPROCESSABLE_ENTITY, code, "Refused").at(Fault::new(pointer, message))
}

fn verdict(status: StatusCode, code: &'static str, title: &'static str) -> Verdict {
    Verdict { status, code, title, errors: Vec::new() }
}

impl Verdict {
    fn at(mut self, fault: Fault) -> Self {
        self.errors.push(fault);
        self
    }
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Store(error) => Self::Store(error),
            AccountError::Hash(cause) => Self::Internal(cause),
            other => Self::Account(other),
        }
    }
}

impl From<Broken> for ApiError {
    fn from(broken: Broken) -> Self {
        Self::Broken(Box::new(broken))
    }
}

impl From<OidcError> for ApiError {
    fn from(error: OidcError) -> Self {
        Self::Auth(error.into())
    }
}

impl From<PasswordError> for ApiError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy(busy) => Self::Busy(busy),
            PasswordError::Failed(cause) => Self::Internal(cause),
        }
    }
}

/// What [`crate::observe`] makes the answer out of: it knows the request id.
#[derive(Clone)]
pub(crate) struct Failure {
    pub(crate) problem: Problem,
    /// For the log.
    pub(crate) cause: Option<String>,
    /// For the audit log.
    pub(crate) refusal: Option<Box<Refusal>>,
}

impl Failure {
    /// For the log: the cause, or what the client is told.
    pub(crate) fn reason(&self) -> &str {
        self.cause.as_deref().unwrap_or(&self.problem.detail)
    }
}

impl ApiError {
    /// What is said of it, and to whom.
    pub(crate) fn into_failure(self) -> Failure {
        let Verdict { status, code, title, errors } = self.verdict();
        let problem = Problem {
            r#type: format!("urn:pynomaly:problem:{code}"),
            title,
            status,
            detail: self.to_string(),
            code,
            request_id: String::new(),
            errors,
        };
        let cause = self.cause();
        let refusal = if let Self::Forbidden(refusal) = self { Some(refusal) } else { None };
        Failure { problem, cause, refusal }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Verdict { status, code, .. } = self.verdict();
        let mut response = status.into_response();
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        if let Some(after) = self.retry_after(code) {
            response.headers_mut().insert(header::RETRY_AFTER, seconds(after).into());
        }
        if let Self::Auth(error @ AuthError::LockedOut { .. }) = &self {
            response.headers_mut().insert(header::RETRY_AFTER, error.wait_seconds().into());
        }
        response.extensions_mut().insert(Box::new(self.into_failure()));
        response
    }
}

/// Whole ones, at least 1.
fn seconds(duration: Duration) -> u64 {
    let has_fraction = duration.subsec_nanos() > 0;
    duration.as_secs().saturating_add(u64::from(has_fraction)).max(1)
}

fn place(pointer: &str) -> &str {
    if pointer.is_empty() { "the body" } else { pointer }
}
