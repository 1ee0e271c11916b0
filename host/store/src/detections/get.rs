use super::{COLUMNS, Row};
use crate::columns::{to_flags, to_scores};
use crate::{Detection, DetectionDetails, Owner, Store, StoreError};
use uuid::Uuid;

/// Scores, flags and contributions, as they come.
type Results = (Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>);

impl Store {
    /// The detection with that identifier, if it is the owner's.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn get_detection(
        &self,
        id: Uuid,
        owner: Owner,
    ) -> Result<Option<Detection>, StoreError> {
        self.writer.settle().await?;
        let query = self.database.query("SELECT ").push(COLUMNS);
        let query = query.push(" FROM detections WHERE id = ").push_bind(id);
        let query = query.push(" AND tenant_id = ").push_bind(owner.tenant_id);
        let query = query.push_if(" AND user_id = ", owner.user_id);
        let Some(row) = query.fetch_optional::<Row>().await? else {
            return Ok(None);
        };
        let sql = "SELECT scores, suppressed, contributions FROM detection_results AS results
                   LEFT JOIN detection_details AS details
                   ON details.detection_id = results.detection_id
                   WHERE results.detection_id = $1";
        let results = self.database.query(sql).bind(id).fetch_optional::<Results>().await?;
        // Gone between the two statements: pruned.
        let Some((scores, suppressed, contributions)) = results else { return Ok(None) };
        let details = DetectionDetails {
            suppressed: suppressed.as_deref().map(to_flags),
            contributions: contributions.as_deref().map(to_scores).transpose()?,
        };
        Ok(Some(Detection { summary: row.try_into()?, scores: to_scores(&scores)?, details }))
    }

    /// The rows of a detection, as they were packed; `None` where they are not kept.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn get_detection_data(&self, id: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT data FROM detection_data WHERE detection_id = $1";
        let row = self.database.query(sql).bind(id).fetch_optional::<(Vec<u8>,)>().await?;
        Ok(row.map(|(data,)| data))
    }
}
