use crate::columns::{from_count, from_scores, from_time};
use crate::{Detection, Store, StoreError};
use sqlx::{Connection, QueryBuilder, Sqlite, SqliteConnection};

/// Detections that one statement inserts; bounds how many forms of it are kept prepared.
const STATEMENT_ROWS_MAX: usize = 32;

impl Store {
    /// Writes a detection with its scores. Returns once it is durable; see [`crate::Synchronous`].
    ///
    /// # Errors
    /// [`StoreError::Busy`] at once where too many wait, [`StoreError::Closed`],
    /// [`StoreError::Database`].
    pub async fn insert_detection(&self, detection: Detection) -> Result<(), StoreError> {
        self.writer.write(detection).await
    }
}

/// Inserts all of `batch` or nothing.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    batch: &[Detection],
) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    for rows in batch.chunks(STATEMENT_ROWS_MAX) {
        detections(rows).build().execute(&mut *transaction).await?;
        detection_results(rows).build().execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

fn detections(batch: &[Detection]) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(
        "INSERT INTO detections (id, user_id, detector_type, detector_version, detector_digest, \
         parameters, seed, data_digest, threshold, row_count, column_count, anomaly_count, \
         fuel_used, duration_us, created_at) ",
    );
    query.push_values(batch, |mut row, Detection { summary, .. }| {
        let microseconds = u64::try_from(summary.duration.as_micros()).unwrap_or(u64::MAX);
        row.push_bind(summary.id)
            .push_bind(summary.user_id)
            .push_bind(&summary.detector_type)
            .push_bind(&summary.detector_version)
            .push_bind(&summary.detector_digest)
            .push_bind(&summary.parameters)
            .push_bind(summary.seed.cast_signed())
            .push_bind(&summary.data_digest)
            .push_bind(summary.threshold)
            .push_bind(from_count(summary.rows))
            .push_bind(from_count(summary.columns))
            .push_bind(from_count(summary.anomalies))
            .push_bind(summary.fuel_used.map(u64::cast_signed))
            .push_bind(from_count(microseconds))
            .push_bind(from_time(summary.created_at));
    });
    query
}

fn detection_results(batch: &[Detection]) -> QueryBuilder<Sqlite> {
    let mut query =
        QueryBuilder::new("INSERT INTO detection_results (detection_id, created_at, scores) ");
    query.push_values(batch, |mut row, Detection { summary, scores }| {
        row.push_bind(summary.id)
            .push_bind(from_time(summary.created_at))
            .push_bind(from_scores(scores));
    });
    query
}
