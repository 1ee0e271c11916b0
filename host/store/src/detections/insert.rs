use super::COLUMNS;
use crate::columns::{from_count, from_flags, from_scores, from_time};
use crate::database::{Connection, Query, Row};
use crate::{DetectionDetails, NewDetection, Store, StoreError};

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

/// What an identifier that is there already means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Twin {
    /// A fault.
    Refused,
    /// The same detection, inserted by whoever did not live to say so.
    Same,
}

/// Inserts all of `batch` or nothing.
pub(super) async fn insert(
    connection: &mut Connection,
    batch: &[NewDetection],
    twin: Twin,
) -> Result<(), StoreError> {
    let inserted = inserts(connection, batch, twin).execute_together().await;
    if inserted.is_err() {
        connection.undo().await;
    }
    inserted
}

fn inserts<'c>(connection: &'c mut Connection, batch: &[NewDetection], twin: Twin) -> Query<'c> {
    let on_conflict = match twin {
        Twin::Refused => "",
        Twin::Same => " ON CONFLICT DO NOTHING",
    };
    let query = connection.together("detection", "INSERT INTO detections (");
    let query = query.push(COLUMNS).push(") VALUES ");
    let query = query.push_rows(batch.iter(), detection).push(on_conflict).together(
        "result",
        "INSERT INTO detection_results (detection_id, model_id, created_at, scores) VALUES ",
    );
    let query = query.push_rows(batch.iter(), result).push(on_conflict);
    let query = details(query, batch, on_conflict);
    data(query, batch, on_conflict)
}

fn details<'c>(query: Query<'c>, batch: &[NewDetection], on_conflict: &'static str) -> Query<'c> {
    let detections = batch.iter().map(|new| &new.detection);
    let mut detailed = detections.filter(|detection| !detection.details.is_none()).peekable();
    if detailed.peek().is_none() {
        return query;
    }
    let sql = "INSERT INTO detection_details (detection_id, suppressed, contributions) VALUES ";
    query
        .together("details", sql)
        .push_rows(detailed, |row, detection| {
            let DetectionDetails { suppressed, contributions } = &detection.details;
            row.value(detection.summary.id)
                .value(suppressed.as_deref().map(from_flags))
                .value(contributions.as_deref().map(from_scores));
        })
        .push(on_conflict)
}

fn data<'c>(query: Query<'c>, batch: &[NewDetection], on_conflict: &'static str) -> Query<'c> {
    let mut kept = batch.iter().filter_map(|new| Some((new, new.data.as_deref()?))).peekable();
    if kept.peek().is_none() {
        return query;
    }
    let sql = "INSERT INTO detection_data (detection_id, data) VALUES ";
    query
        .together("data", sql)
        .push_rows(kept, |row, (new, data)| {
            row.value(new.detection.summary.id).value(data);
        })
        .push(on_conflict)
}

fn detection(row: &mut Row<'_, '_>, new: &NewDetection) {
    let summary = &new.detection.summary;
    let microseconds = u64::try_from(summary.duration.as_micros()).unwrap_or(u64::MAX);
    row.value(summary.id)
        .value(summary.tenant_id)
        .value(summary.user_id)
        .value(summary.model_id)
        .value(summary.detector_type.as_str())
        .value(summary.detector_version.as_str())
        .value(summary.detector_digest.as_str())
        .value(summary.parameters.as_str())
        .value(summary.pipeline.as_str())
        .value(summary.seed.cast_signed())
        .value(summary.data_digest.as_str())
        .value(summary.threshold)
        .value(from_count(summary.rows))
        .value(from_count(summary.columns))
        .value(from_count(summary.anomalies))
        .value(summary.fuel_used.map(u64::cast_signed))
        .value(from_count(microseconds))
        .value(new.data.is_some())
        .value(from_time(summary.created_at));
}

fn result(row: &mut Row<'_, '_>, new: &NewDetection) {
    let summary = &new.detection.summary;
    row.value(summary.id)
        .value(summary.model_id)
        .value(from_time(summary.created_at))
        .value(from_scores(&new.detection.scores));
}
