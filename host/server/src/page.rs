//! Lists: `{"items": […], "next_cursor": …}`.

use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::{FromRequestParts, Query};
use axum::http::Uri;
use axum::http::request::Parts;
use pynomaly_store::Page;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which part of a list.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Items wanted, 1 to 200; 50 if not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the part before; the list begins with the newest.
    cursor: Option<Uuid>,
}

/// A checked [`PageQuery`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageRequest {
    pub(crate) limit: u32,
    pub(crate) before: Option<Uuid>,
}

/// Part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// At most `limit` of them.
    pub(crate) items: Vec<T>,
    /// Give it as `cursor` for the next part; null at the end.
    pub(crate) next_cursor: Option<String>,
}

impl FromRequestParts<AppState> for PageRequest {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let query: PageQuery = query(&parts.uri)?;
        Ok(Self { limit: limit(app, query.limit)?, before: query.cursor })
    }
}

/// The query of `uri`, where it is one.
pub(crate) fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T, ApiError> {
    let query = Query::<T>::try_from_uri(uri);
    query.map(|Query(query)| query).map_err(|error| ApiError::Query(error.body_text()))
}

/// How many items are wanted, where `given` is a number of them that may be.
pub(crate) fn limit(app: &AppState, given: Option<u32>) -> Result<u32, ApiError> {
    let most = app.limits.page_items_max;
    let limit = given.unwrap_or(app.limits.page_items_default);
    if (1..=most).contains(&limit) {
        return Ok(limit);
    }
    Err(ApiError::Query(format!("limit must be a whole number from 1 to {most}")))
}

/// A moment out of a query, as RFC 3339 writes it.
pub(crate) fn moment(name: &str, text: Option<&str>) -> Result<Option<OffsetDateTime>, ApiError> {
    let parse = |text| OffsetDateTime::parse(text, &Rfc3339);
    text.map(parse)
        .transpose()
        .map_err(|_| ApiError::Query(format!("{name} must be a moment like 2026-01-31T12:00:00Z")))
}

/// An identifier out of a path. What is none names nothing that there is.
pub(crate) fn id(noun: &'static str, text: &str) -> Result<Uuid, ApiError> {
    text.parse().map_err(|_| ApiError::NotFound(noun))
}

impl<T> List<T> {
    /// The page as clients see it.
    pub(crate) fn from_page<S, C: ToString>(page: Page<S, C>, show: impl Fn(S) -> T) -> Self {
        let next_cursor = page.next.map(|next| next.to_string());
        Self { items: page.items.into_iter().map(show).collect(), next_cursor }
    }
}
