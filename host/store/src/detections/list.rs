use super::{COLUMNS, Row};
use crate::columns::from_time;
use crate::{DetectionSummary, Owner, Page, Store, StoreError};
use time::OffsetDateTime;
use uuid::Uuid;

/// Which detections are wanted; nothing given is everything.
#[derive(Debug, Clone, Default)]
pub struct DetectionFilter {
    /// The `detector_type`.
    pub detector_type: Option<String>,
    /// The model that scored.
    pub model_id: Option<Uuid>,
    /// Not before this moment.
    pub since: Option<OffsetDateTime>,
    /// Before this moment.
    pub until: Option<OffsetDateTime>,
    /// Only where at least one row is an anomaly.
    pub anomalies_only: bool,
}

impl Store {
    /// Detections of `owner`, newest first, made before the detection `before`.
    ///
    /// An identifier begins with its moment, so that a bound on time is a bound on the index
    /// that is walked.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn list_detections(
        &self,
        owner: Owner,
        filter: &DetectionFilter,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Page<DetectionSummary>, StoreError> {
        self.writer.settle().await?;
        let query = self.database.query("SELECT ").push(COLUMNS);
        let query = query.push(" FROM detections WHERE tenant_id = ").push_bind(owner.tenant_id);
        let query = query
            .push_if(" AND user_id = ", owner.user_id)
            .push_if(" AND detector_type = ", filter.detector_type.as_deref())
            .push_if(" AND model_id = ", filter.model_id)
            .push_if(" AND id >= ", filter.since.map(first_id))
            .push_if(" AND id < ", filter.until.map(first_id))
            .push_if(" AND created_at >= ", filter.since.map(from_time))
            .push_if(" AND created_at < ", filter.until.map(from_time))
            .push_if(" AND id < ", before)
            .push(if filter.anomalies_only { " AND anomaly_count > 0" } else { "" })
            .push(" ORDER BY id DESC LIMIT ")
            .push_bind(i64::from(limit) + 1);
        let rows = query.fetch_all::<Row>().await?;
        let all = rows.into_iter().map(DetectionSummary::try_from);
        Ok(Page::cut(all.collect::<Result<Vec<_>, _>>()?, limit, |detection| detection.id))
    }
}

/// The least identifier (version 7) of the millisecond of `moment`.
pub(super) fn first_id(moment: OffsetDateTime) -> Uuid {
    let milliseconds = from_time(moment).div_euclid(1_000).clamp(0, (1 << 48) - 1);
    Uuid::from_u128(u128::from(milliseconds.unsigned_abs()) << 80)
}
