//! Lines of the audit log: who, what, from where, before and after.

use crate::auth::Caller;
use crate::random::Random;
use crate::request_id::RequestId;
use crate::state::AppState;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use pynomaly_store::{AuditEntry, HOME_TENANT};
use serde::Serialize;
use std::convert::Infallible;
use std::net::IpAddr;
use time::OffsetDateTime;
use uuid::Uuid;

/// Bytes of what a refused client said of itself; the rest is cut.
const SUBJECT_BYTES_MAX: usize = 256;

/// The address of the client: of the other end of the connection, or what a trusted proxy there
/// says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Where a request came from.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    /// An address; empty for the command line and in tests without a connection.
    pub(crate) address: String,
    /// The request, or the name of the command.
    pub(crate) request_id: String,
}

/// Who does something, and when: what every line of the audit log begins with.
#[derive(Debug, Clone)]
pub(crate) struct Actor {
    /// Whose organisation is concerned.
    pub(crate) tenant_id: Option<Uuid>,
    /// Who; `None` for the first start, the command line, and whoever is not logged in.
    pub(crate) user_id: Option<Uuid>,
    pub(crate) origin: Origin,
    pub(crate) now: OffsetDateTime,
}

impl Origin {
    pub(crate) fn of(parts: &Parts) -> Self {
        let address = parts.extensions.get::<Peer>().map(|Peer(address)| address.to_string());
        let request_id = parts.extensions.get::<RequestId>().map(RequestId::to_string);
        Self { address: address.unwrap_or_default(), request_id: request_id.unwrap_or_default() }
    }

    /// Of something that no request asked for.
    pub(crate) fn local(name: &str) -> Self {
        Self { address: String::new(), request_id: name.to_owned() }
    }
}

/// For handlers that need no caller.
impl FromRequestParts<AppState> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

impl Caller {
    /// The caller, doing something `now`.
    pub(crate) fn actor(&self, now: OffsetDateTime) -> Actor {
        Actor {
            tenant_id: Some(self.tenant_id),
            user_id: Some(self.user_id),
            origin: self.origin.clone(),
            now,
        }
    }
}

impl Actor {
    /// Nobody who is logged in: the first start, or a command.
    pub(crate) fn local(name: &str, now: OffsetDateTime) -> Self {
        Self { tenant_id: Some(HOME_TENANT), user_id: None, origin: Origin::local(name), now }
    }

    /// A change that is being made.
    pub(crate) fn done(&self, random: &Random, action: &str, subject: &str) -> AuditEntry {
        self.entry(random, action, subject, "done")
    }

    /// Something that was not permitted.
    pub(crate) fn refused(&self, random: &Random, action: &str, subject: &str) -> AuditEntry {
        self.entry(random, action, subject, "refused")
    }

    fn entry(&self, random: &Random, action: &str, subject: &str, outcome: &str) -> AuditEntry {
        AuditEntry {
            id: random.id(self.now),
            timestamp: self.now,
            tenant_id: self.tenant_id,
            user_id: self.user_id,
            action: action.to_owned(),
            subject: cut(subject),
            outcome: outcome.to_owned(),
            address: self.origin.address.clone(),
            request_id: self.origin.request_id.clone(),
            before: None,
            after: None,
        }
    }
}

/// `entry` with what was there before and what is there now.
pub(crate) fn changed<T: Serialize>(
    entry: AuditEntry,
    before: Option<&T>,
    after: Option<&T>,
) -> AuditEntry {
    // What is shown to clients as JSON is JSON here too.
    let json = |value: &T| serde_json::to_string(value).ok();
    AuditEntry { before: before.and_then(json), after: after.and_then(json), ..entry }
}

fn cut(subject: &str) -> String {
    subject.get(..subject.floor_char_boundary(SUBJECT_BYTES_MAX)).unwrap_or_default().to_owned()
}
