use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::{List, limit, moment, query};
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use pynomaly_store::{AuditFilter, AuditLog};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which entries, and which part of the list of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Items wanted, 1 to 200; 50 if not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the part before; the list begins with the newest.
    cursor: Option<u64>,
    /// Only what this user did.
    user_id: Option<Uuid>,
    /// Only this action: `user.create`.
    action: Option<String>,
    /// Not those before this moment (RFC 3339).
    #[param(format = DateTime)]
    since: Option<String>,
    /// Only those before this moment (RFC 3339).
    #[param(format = DateTime)]
    until: Option<String>,
}

/// One entry: who did what, from where, and what was there before and after.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditAnswer {
    /// Its place in the chain, counted from 1 over all organisations.
    sequence: u64,
    id: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    timestamp: OffsetDateTime,
    /// Null for the command line, the first start, and whoever was not logged in.
    user_id: Option<Uuid>,
    action: String,
    subject: String,
    /// `done` or `refused`.
    outcome: String,
    /// From where.
    address: String,
    request_id: String,
    #[schema(value_type = serde_json::Value)]
    before: Option<Box<RawValue>>,
    #[schema(value_type = serde_json::Value)]
    after: Option<Box<RawValue>>,
    /// SHA-256 of this entry and of the hash before it, hexadecimal.
    hash: String,
}

/// The audit log of the caller's organisation, newest first. With `Accept: text/csv` as CSV, whose
/// `Link` header (RFC 8288) names the next part.
#[utoipa::path(get, path = "/api/v1/admin/audit-logs", tag = "admins", params(AuditQuery),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, content((List<AuditAnswer> = "application/json"), (String = "text/csv"))),
        (status = 403, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn list(
    State(app): State<AppState>,
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadAudit)?;
    let query: AuditQuery = query(&uri)?;
    let limit = limit(&app, query.limit)?;
    let filter = AuditFilter {
        tenant_id: Some(caller.tenant_id),
        user_id: query.user_id,
        action: query.action,
        since: moment("since", query.since.as_deref())?,
        until: moment("until", query.until.as_deref())?,
    };
    let page = app.store.list_audit_logs(&filter, query.cursor, limit).await?;
    let list = List::from_page(page, AuditAnswer::from);
    if wants_csv(&headers) { csv(&uri, &list) } else { json(StatusCode::OK, &list) }
}

fn wants_csv(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.trim().eq_ignore_ascii_case("text/csv"))
}

fn csv(uri: &Uri, list: &List<AuditAnswer>) -> Result<Response, ApiError> {
    let broken = |error: &dyn std::fmt::Display| ApiError::Internal(error.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEAD).map_err(|error| broken(&error))?;
    for entry in &list.items {
        writer.write_record(entry.record()).map_err(|error| broken(&error))?;
    }
    let text = writer.into_inner().map_err(|error| broken(&error))?;
    let mut response = ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], text).into_response();
    if let Some(cursor) = &list.next_cursor {
        let others = uri.query().unwrap_or_default().split('&');
        let others = others.filter(|part| !part.is_empty() && !part.starts_with("cursor="));
        let query: Vec<_> = others.map(str::to_owned).chain([format!("cursor={cursor}")]).collect();
        let link = format!("<{}?{}>; rel=\"next\"", uri.path(), query.join("&"));
        let link = link.parse().map_err(|error| broken(&error))?;
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

const HEAD: [&str; 12] = [
    "sequence",
    "id",
    "timestamp",
    "user_id",
    "action",
    "subject",
    "outcome",
    "address",
    "request_id",
    "before",
    "after",
    "hash",
];

impl AuditAnswer {
    fn record(&self) -> [String; 12] {
        let json = |value: &Option<Box<RawValue>>| {
            value.as_ref().map(|value| value.get().to_owned()).unwrap_or_default()
        };
        let timestamp = self.timestamp.format(&time::format_description::well_known::Rfc3339);
        [
            self.sequence.to_string(),
            self.id.to_string(),
            timestamp.unwrap_or_default(),
            self.user_id.map(|id| id.to_string()).unwrap_or_default(),
            plain(&self.action),
            plain(&self.subject),
            plain(&self.outcome),
            plain(&self.address),
            plain(&self.request_id),
            json(&self.before),
            json(&self.after),
            self.hash.clone(),
        ]
    }
}

/// A spreadsheet takes what begins like this for a formula; the quote before it says text.
fn plain(text: &str) -> String {
    let quote = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("{quote}{text}")
}

impl From<AuditLog> for AuditAnswer {
    fn from(log: AuditLog) -> Self {
        let json = |text: Option<String>| text.and_then(|text| RawValue::from_string(text).ok());
        let entry = log.entry;
        Self {
            sequence: log.sequence,
            id: entry.id,
            timestamp: entry.timestamp,
            user_id: entry.user_id,
            action: entry.action,
            subject: entry.subject,
            outcome: entry.outcome,
            address: entry.address,
            request_id: entry.request_id,
            before: json(entry.before),
            after: json(entry.after),
            hash: hex::encode(log.hash),
        }
    }
}
