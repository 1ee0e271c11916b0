use super::Row;
use crate::{DetectionSummary, Page, Store, StoreError};
use uuid::Uuid;

impl Store {
    /// Detections, newest first, made before the detection `before`; where `user_id` is given,
    /// only theirs.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn list_detections(
        &self,
        user_id: Option<Uuid>,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Page<DetectionSummary>, StoreError> {
        // Two statements, so that each walks its own index.
        let query = match user_id {
            Some(user_id) => sqlx::query_as::<_, Row>(
                "SELECT * FROM detections WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
            )
            .bind(user_id),
            None => sqlx::query_as::<_, Row>(
                "SELECT * FROM detections WHERE id < ? ORDER BY id DESC LIMIT ?",
            ),
        };
        let query = query.bind(before.unwrap_or(Uuid::max())).bind(i64::from(limit) + 1);
        let rows = query.fetch_all(&self.pool).await?;
        let all = rows.into_iter().map(DetectionSummary::try_from);
        Ok(Page::cut(all.collect::<Result<Vec<_>, _>>()?, limit, |detection| detection.id))
    }
}
