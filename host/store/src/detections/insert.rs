use super::COLUMNS;
use crate::columns::{from_count, from_flags, from_scores, from_time};
use crate::database::{Database, Query, Transaction};
use crate::{Detection, DetectionDetails, NewDetection, Store, StoreError};

/// Detections that one statement inserts; bounds how many forms of it are kept prepared.
const STATEMENT_ROWS_MAX: usize = 32;

impl Store {
    /// Writes a detection with its scores. Returns once it is durable; see [`crate::Synchronous`].
    ///
    /// # Errors
    /// [`StoreError::Busy`] at once where too many wait, [`StoreError::Closed`],
    /// [`StoreError::Database`].
    pub async fn insert_detection(&self, detection: NewDetection) -> Result<(), StoreError> {
        self.writer.write(detection).await
    }
}

/// Inserts all of `batch` or nothing.
pub(super) async fn insert(database: &Database, batch: &[NewDetection]) -> Result<(), StoreError> {
    let mut transaction = database.begin().await?;
    for rows in batch.chunks(STATEMENT_ROWS_MAX) {
        detections(&mut transaction, rows).execute().await?;
        detection_results(&mut transaction, rows).execute().await?;
    }
    for new in batch {
        details(&mut transaction, &new.detection).await?;
        if let Some(data) = &new.data {
            let sql = "INSERT INTO detection_data (detection_id, data) VALUES ($1, $2)";
            let query = transaction.query(sql).bind(new.detection.summary.id);
            query.bind(data.as_slice()).execute().await?;
        }
    }
    transaction.commit().await
}

async fn details(transaction: &mut Transaction, detection: &Detection) -> Result<(), StoreError> {
    let DetectionDetails { suppressed, contributions } = &detection.details;
    if detection.details.is_none() {
        return Ok(());
    }
    let sql = "INSERT INTO detection_details (detection_id, suppressed, contributions)
               VALUES ($1, $2, $3)";
    let query = transaction.query(sql).bind(detection.summary.id);
    let query = query.bind(suppressed.as_deref().map(from_flags));
    query.bind(contributions.as_deref().map(from_scores)).execute().await?;
    Ok(())
}

fn detections<'c>(transaction: &'c mut Transaction, batch: &[NewDetection]) -> Query<'c> {
    let query = transaction.query("INSERT INTO detections (").push(COLUMNS).push(") VALUES ");
    batch.iter().enumerate().fold(query, |query, (index, new)| {
        let query = query.push(if index == 0 { "(" } else { ", (" });
        detection(query, new).push(")")
    })
}

fn detection<'c>(query: Query<'c>, new: &NewDetection) -> Query<'c> {
    let summary = &new.detection.summary;
    let microseconds = u64::try_from(summary.duration.as_micros()).unwrap_or(u64::MAX);
    query
        .push_bind(summary.id)
        .push_next(summary.tenant_id)
        .push_next(summary.user_id)
        .push_next(summary.model_id)
        .push_next(summary.detector_type.as_str())
        .push_next(summary.detector_version.as_str())
        .push_next(summary.detector_digest.as_str())
        .push_next(summary.parameters.as_str())
        .push_next(summary.pipeline.as_str())
        .push_next(summary.seed.cast_signed())
        .push_next(summary.data_digest.as_str())
        .push_next(summary.threshold)
        .push_next(from_count(summary.rows))
        .push_next(from_count(summary.columns))
        .push_next(from_count(summary.anomalies))
        .push_next(summary.fuel_used.map(u64::cast_signed))
        .push_next(from_count(microseconds))
        .push_next(new.data.is_some())
        .push_next(from_time(summary.created_at))
}

fn detection_results<'c>(transaction: &'c mut Transaction, batch: &[NewDetection]) -> Query<'c> {
    let query = transaction.query(
        "INSERT INTO detection_results (detection_id, model_id, created_at, scores) VALUES ",
    );
    batch.iter().enumerate().fold(query, |query, (index, new)| {
        let summary = &new.detection.summary;
        query
            .push(if index == 0 { "(" } else { ", (" })
            .push_bind(summary.id)
            .push_next(summary.model_id)
            .push_next(from_time(summary.created_at))
            .push_next(from_scores(&new.detection.scores))
            .push(")")
    })
}
