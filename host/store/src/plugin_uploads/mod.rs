//! Uploads of plugins that nobody waited for: how far each is, for whoever asks, on whichever server.

mod get;
mod insert;
mod update;

use crate::StoreError;
use crate::columns::to_time;
use time::OffsetDateTime;
use uuid::Uuid;

/// An upload, under way or ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginUpload {
    /// Its identifier.
    pub id: Uuid,
    /// Who uploads.
    pub uploaded_by: Option<Uuid>,
    /// How far it is; a JSON object of the server's.
    pub progress: String,
    /// When it came.
    pub created_at: OffsetDateTime,
    /// When the server that works on it last said so.
    pub changed_at: OffsetDateTime,
}

/// What [`Row`] reads, in this order.
const COLUMNS: &str = "id, uploaded_by, progress, created_at, changed_at";

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    uploaded_by: Option<Uuid>,
    progress: String,
    created_at: i64,
    changed_at: i64,
}

impl TryFrom<Row> for PluginUpload {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            uploaded_by: row.uploaded_by,
            progress: row.progress,
            created_at: to_time("plugin upload", row.created_at)?,
            changed_at: to_time("plugin upload", row.changed_at)?,
        })
    }
}
