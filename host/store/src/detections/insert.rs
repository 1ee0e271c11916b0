use super::COLUMNS;
use crate::columns::{from_count, from_flags, from_scores, from_time};
use crate::database::{Connection, Query};
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
    let query = rows(query, batch.iter(), detection).push(on_conflict).together(
        "result",
        "INSERT INTO detection_results (detection_id, model_id, created_at, scores) VALUES ",
    );
    let query = rows(query, batch.iter(), result).push(on_conflict);
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
    rows(query.together("details", sql), detailed, |query, detection| {
        let DetectionDetails { suppressed, contributions } = &detection.details;
        query
            .push_bind(detection.summary.id)
            .push_next(suppressed.as_deref().map(from_flags))
            .push_next(contributions.as_deref().map(from_scores))
    })
    .push(on_conflict)
}

fn data<'c>(query: Query<'c>, batch: &[NewDetection], on_conflict: &'static str) -> Query<'c> {
    let mut kept = batch.iter().filter_map(|new| Some((new, new.data.as_deref()?))).peekable();
    if kept.peek().is_none() {
        return query;
    }
    let sql = "INSERT INTO detection_data (detection_id, data) VALUES ";
    rows(query.together("data", sql), kept, |query, (new, data)| {
        query.push_bind(new.detection.summary.id).push_next(data)
    })
    .push(on_conflict)
}

/// Goes on with a row in brackets for each of `items`.
fn rows<'c, T>(
    query: Query<'c>,
    items: impl Iterator<Item = T>,
    row: impl Fn(Query<'c>, T) -> Query<'c>,
) -> Query<'c> {
    items.enumerate().fold(query, |query, (index, item)| {
        row(query.push(if index == 0 { "(" } else { ", (" }), item).push(")")
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

fn result<'c>(query: Query<'c>, new: &NewDetection) -> Query<'c> {
    let summary = &new.detection.summary;
    query
        .push_bind(summary.id)
        .push_next(summary.model_id)
        .push_next(from_time(summary.created_at))
        .push_next(from_scores(&new.detection.scores))
}
