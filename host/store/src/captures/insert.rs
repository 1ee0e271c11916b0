use super::{COLUMNS, CaptureSummary};
use crate::columns::from_time;
use crate::{Store, StoreError};

/// A call to keep.
#[derive(Debug, Clone)]
pub struct NewCapture<'a> {
    /// What is known of it; its number of bytes is not looked at.
    pub summary: &'a CaptureSummary,
    /// All of it, encrypted.
    pub bundle: &'a [u8],
    /// How many of its organisation there may be.
    pub count_max: u64,
}

impl Store {
    /// Keeps it; `false` where there are as many of its organisation as there may be.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn insert_capture(&self, capture: &NewCapture<'_>) -> Result<bool, StoreError> {
        let summary = capture.summary;
        // Nobody else counts meanwhile: at worst some more are kept than that.
        if self.count_captures(summary).await? >= capture.count_max {
            return Ok(false);
        }
        let query = self.database.query("INSERT INTO captures (").push(COLUMNS);
        let query = query.push(", bundle) VALUES (").push_bind(summary.id);
        query
            .push_next(summary.tenant_id)
            .push_next(summary.detector_type.as_str())
            .push_next(summary.detector_version.as_str())
            .push_next(summary.detector_digest.as_str())
            .push_next(summary.error.as_str())
            .push_next(from_time(summary.created_at))
            .push_next(from_time(summary.expires_at))
            .push_next(capture.bundle)
            .push(")")
            .execute()
            .await?;
        Ok(true)
    }

    async fn count_captures(&self, summary: &CaptureSummary) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM captures WHERE tenant_id = $1 AND expires_at > $2";
        let query = self.database.query(sql).bind(summary.tenant_id);
        let (count,) = query.bind(from_time(summary.created_at)).fetch_one::<(i64,)>().await?;
        crate::columns::to_count("capture", count)
    }
}
