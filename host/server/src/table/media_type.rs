//! Which kind of rows a body has.

use crate::error::ApiError;
use axum::http::{HeaderMap, header};

/// What a body of rows may be.
pub(crate) const TAKEN: &str =
    "application/json, text/csv, application/x-ndjson or application/vnd.apache.arrow.stream";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    Json,
    Csv(Header),
    Ndjson,
    Arrow,
}

/// Whether the first line of a CSV body names the columns: `text/csv; header=absent` (RFC 4180).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Header {
    Present,
    Absent,
    /// It does, unless it looks as if it did not.
    Unsaid,
}

impl MediaType {
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, ApiError> {
        let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Self::parse(given.unwrap_or_default()).ok_or(ApiError::MediaType(TAKEN))
    }

    fn parse(given: &str) -> Option<Self> {
        let mut parts = given.split(';').map(|part| part.trim().to_ascii_lowercase());
        let media_type = parts.next()?;
        match media_type.as_str() {
            "application/json" => Some(Self::Json),
            "application/x-ndjson" => Some(Self::Ndjson),
            "application/vnd.apache.arrow.stream" => Some(Self::Arrow),
            "text/csv" => parts.try_fold(Header::Unsaid, csv_parameter).map(Self::Csv),
            _ => None,
        }
    }
}

/// What `parameter` says; `None` for one that would have the body read in another way.
fn csv_parameter(header: Header, parameter: String) -> Option<Header> {
    match parameter.as_str() {
        "header=present" => Some(Header::Present),
        "header=absent" => Some(Header::Absent),
        "charset=utf-8" | "charset=\"utf-8\"" | "charset=us-ascii" | "" => Some(header),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_rows_are_told_apart() {
        let csv = |header| Some(MediaType::Csv(header));
        for (given, expected) in [
            ("application/json; charset=utf-8", Some(MediaType::Json)),
            ("Text/CSV", csv(Header::Unsaid)),
            ("text/csv; charset=UTF-8;header=absent", csv(Header::Absent)),
            ("text/csv; header=present", csv(Header::Present)),
            ("text/csv; charset=latin1", None),
            ("text/csv; header=maybe", None),
            ("application/x-ndjson", Some(MediaType::Ndjson)),
            ("application/vnd.apache.arrow.stream", Some(MediaType::Arrow)),
            ("application/vnd.apache.arrow.file", None),
            ("", None),
        ] {
            assert_eq!(MediaType::parse(given), expected, "{given}");
        }
    }
}
