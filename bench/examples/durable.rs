//! `durable FOLDER [POSTGRES_URL]`: detections a second that the store acknowledges as durable,
//! against plain transactions of the same rows, one for each detection, from as many connections.
//! In turn, on SQLite in FOLDER or on Postgres; medians.
#![expect(clippy::print_stdout, reason = "the figures")]

use anyhow::{Context, Result};
use pynomaly_store::{
    Detection, DetectionDetails, DetectionSummary, HOME_TENANT, Location, NewDetection,
    PoolOptions, Store, StoreOptions, Synchronous,
};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use time::OffsetDateTime;
use uuid::Uuid;

const CONNECTIONS: u32 = 16;
const SECONDS: u64 = 3;
const ROUNDS: usize = 3;
const ROWS: usize = 3;

#[tokio::main]
async fn main() -> Result<()> {
    let folder = std::env::args().nth(1).context("give a folder")?;
    let url = std::env::args().nth(2);
    let name = if url.is_some() { "Postgres" } else { "SQLite" };
    let file = Path::new(&folder).join("durable.db");
    let location = url.clone().map_or(Location::Sqlite(file.clone()), Location::Postgres);
    let store = Store::open(&options(location)).await?;
    let plain = match &url {
        Some(url) => {
            Plain::Postgres(PgPoolOptions::new().max_connections(CONNECTIONS).connect(url).await?)
        }
        None => Plain::Sqlite(sqlite(&file).await?),
    };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        theirs.push(rate(|| plain.write()).await?);
        ours.push(rate(|| async { Ok(store.insert_detection(detection()).await?) }).await?);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!(
        "  {name:<10} store {ours:>8.0} /s   plain transactions {theirs:>8.0} /s   {:.2} of it",
        ours / theirs
    );
    Ok(())
}

fn options(location: Location) -> StoreOptions {
    StoreOptions {
        location,
        pool: PoolOptions::default(),
        statement_timeout: Duration::from_secs(10),
        queue_length: 1_024,
        synchronous: Synchronous::Full,
    }
}

async fn sqlite(file: &Path) -> Result<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(30));
    Ok(SqlitePoolOptions::new().max_connections(CONNECTIONS).connect_with(options).await?)
}

/// Detections a second that `write` acknowledges when [`CONNECTIONS`] of it run at a time.
async fn rate<F: Future<Output = Result<()>>>(write: impl Fn() -> F) -> Result<f64> {
    let count = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let writers = (0..CONNECTIONS).map(|_| async {
        while started.elapsed() < Duration::from_secs(SECONDS) {
            write().await?;
            count.fetch_add(1, Ordering::Relaxed);
        }
        anyhow::Ok(())
    });
    futures_util::future::try_join_all(writers).await?;
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    Ok(count.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64())
}

enum Plain {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

const DETECTION: &str = "INSERT INTO detections (id, tenant_id, user_id, detector_type, \
    detector_version, detector_digest, parameters, seed, data_digest, threshold, row_count, \
    column_count, anomaly_count, duration_us, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const RESULT: &str =
    "INSERT INTO detection_results (detection_id, created_at, scores) VALUES ($1, $2, $3)";

macro_rules! write_plainly {
    ($transaction:expr) => {{
        let mut transaction = $transaction;
        let Detection { summary, scores, .. } = detection().detection;
        let scores: Vec<u8> = scores.iter().flat_map(|score| score.to_le_bytes()).collect();
        sqlx::query(DETECTION)
            .bind(summary.id)
            .bind(summary.tenant_id)
            .bind(summary.user_id)
            .bind(summary.detector_type)
            .bind(summary.detector_version)
            .bind(summary.detector_digest)
            .bind(summary.parameters)
            .bind(7_i64)
            .bind(summary.data_digest)
            .bind(summary.threshold)
            .bind(3_i64)
            .bind(5_i64)
            .bind(1_i64)
            .bind(1_i64)
            .bind(1_i64)
            .execute(&mut *transaction)
            .await?;
        let query = sqlx::query(RESULT).bind(summary.id).bind(1_i64).bind(scores);
        query.execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }};
}

impl Plain {
    async fn write(&self) -> Result<()> {
        match self {
            Self::Sqlite(pool) => write_plainly!(pool.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => write_plainly!(pool.begin().await?),
        }
    }
}

/// Numbers identifiers; nobody else writes to this database.
static NEXT: AtomicU64 = AtomicU64::new(1);

fn detection() -> NewDetection {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let summary = DetectionSummary {
        id: Uuid::from_u128(u128::from(number) << 64 | 1),
        tenant_id: HOME_TENANT,
        user_id: Uuid::from_u128(1),
        model_id: None,
        detector_type: "isolation_forest".into(),
        detector_version: "1.0.0".into(),
        detector_digest: "native:isolation_forest@1.0.0".into(),
        parameters: r#"{"n_estimators":100,"max_samples":"auto"}"#.into(),
        pipeline: r#"{"scaling":"none"}"#.into(),
        seed: 7,
        data_digest: format!("sha256:{:064x}", 7),
        threshold: 0.5,
        rows: ROWS as u64,
        columns: 5,
        anomalies: 1,
        fuel_used: None,
        duration: Duration::from_micros(50),
        has_data: false,
        created_at: OffsetDateTime::UNIX_EPOCH,
    };
    let (scores, details) = (vec![0.5; ROWS], DetectionDetails::default());
    NewDetection { detection: Detection { summary, scores, details }, data: None }
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}
