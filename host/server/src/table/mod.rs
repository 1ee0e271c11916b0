//! Bodies of rows: JSON, or a table as CSV, NDJSON or Arrow. A table has the rows alone; what a
//! JSON body says beside them stands in the query, under the same names.
//!
//! `query` reads what stands there; `csv`, `ndjson` and `arrow` read the rows; `build` is where
//! they put them. Errors point into the JSON body that would say the same: `/data/3/2` is row 3,
//! column 2, and `/seed` is the parameter `seed` of the query.

mod arrow;
mod build;
mod csv;
mod describe;
mod error;
mod media_type;
mod ndjson;
mod query;

pub(crate) use build::{Wanted, check_names};
pub(crate) use describe::TableBodies;
pub(crate) use error::TableError;

use crate::body::{self, JsonBytes};
use crate::error::ApiError;
use crate::limits::Limits;
use crate::state::App;
use axum::extract::Request;
use axum::http::Uri;
use media_type::MediaType;
use pynomaly_core::table::Table;
use serde::de::DeserializeOwned;

/// A whole body of rows, not yet parsed.
pub(crate) struct RowsBody {
    bytes: JsonBytes,
    media_type: MediaType,
    uri: Uri,
}

/// Waits for the body of `request`.
pub(crate) async fn receive_rows(app: &App, request: Request) -> Result<RowsBody, ApiError> {
    let (parts, body) = request.into_parts();
    let media_type = MediaType::of(&parts.headers)?;
    if media_type == MediaType::Json && parts.uri.query().is_some_and(|it| !it.is_empty()) {
        let message = "a JSON body says everything itself; leave the query out";
        return Err(ApiError::Query(message.into()));
    }
    let bytes = body::read(app, &parts.headers, body).await?;
    Ok(RowsBody { bytes, media_type, uri: parts.uri })
}

impl RowsBody {
    /// Whether it is parsed in no time. Few bytes of a table may become many values.
    pub(crate) fn is_short(&self, limits: &Limits) -> bool {
        self.media_type == MediaType::Json && self.bytes.len() <= limits.inline_bytes_max
    }

    /// What is asked: the JSON body, or the query beside a table; `data` has no rows then.
    pub(crate) fn asked<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        match self.media_type {
            MediaType::Json => self.bytes.parse(),
            _ => query::parse(&self.uri),
        }
    }

    /// The rows, where they are a table; those of JSON come with [`Self::asked`].
    pub(crate) fn table(
        &self,
        wanted: Wanted<'_>,
        limits: &Limits,
    ) -> Result<Option<Table>, TableError> {
        let bytes = self.bytes.as_slice();
        match self.media_type {
            MediaType::Json => Ok(None),
            MediaType::Csv(header) => csv::read(bytes, header, wanted, limits).map(Some),
            MediaType::Ndjson => ndjson::read(bytes, wanted, limits).map(Some),
            MediaType::Arrow => arrow::read(bytes, wanted, limits).map(Some),
        }
    }
}
