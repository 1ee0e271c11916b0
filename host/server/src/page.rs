//! Lists: `{"items": […], "next_cursor": …}`.

use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use pynomaly_store::Page;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which part of a list.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Items wanted, 1 to 200; 50 if not given.
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
    pub(crate) next_cursor: Option<Uuid>,
}

impl FromRequestParts<AppState> for PageRequest {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let query = Query::<PageQuery>::try_from_uri(&parts.uri)
            .map_err(|error| ApiError::Query(error.body_text()))?;
        let most = app.limits.page_items_max;
        let limit = query.limit.unwrap_or(app.limits.page_items_default);
        if !(1..=most).contains(&limit) {
            return Err(ApiError::Query(format!("limit must be a whole number from 1 to {most}")));
        }
        Ok(Self { limit, before: query.cursor })
    }
}

/// An identifier out of a path. What is none names nothing that there is.
pub(crate) fn id(noun: &'static str, text: &str) -> Result<Uuid, ApiError> {
    text.parse().map_err(|_| ApiError::NotFound(noun))
}

impl<T> List<T> {
    /// The page as clients see it.
    pub(crate) fn from_page<S>(page: Page<S>, show: impl Fn(S) -> T) -> Self {
        Self { items: page.items.into_iter().map(show).collect(), next_cursor: page.next }
    }
}
