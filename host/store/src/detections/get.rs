use super::Row;
use crate::columns::to_scores;
use crate::{Detection, Store, StoreError};
use uuid::Uuid;

impl Store {
    /// The detection with that identifier; where `user_id` is given, only if it is theirs.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn get_detection(
        &self,
        id: Uuid,
        user_id: Option<Uuid>,
    ) -> Result<Option<Detection>, StoreError> {
        let sql = "SELECT * FROM detections WHERE id = ?1 AND user_id = coalesce(?2, user_id)";
        let row = sqlx::query_as::<_, Row>(sql).bind(id).bind(user_id);
        let Some(row) = row.fetch_optional(&self.pool).await? else {
            return Ok(None);
        };
        let sql = "SELECT scores FROM detection_results WHERE detection_id = ?";
        let scores = sqlx::query_scalar::<_, Vec<u8>>(sql).bind(id);
        let scores = to_scores(&scores.fetch_one(&self.pool).await?)?;
        Ok(Some(Detection { summary: row.try_into()?, scores }))
    }
}
