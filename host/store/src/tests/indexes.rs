//! Whether Postgres uses the partial indexes, with enough rows that it has reason to.
//! `bench/history.sh` asks the same of a million detections, by the clock.

use super::TestStore;
use crate::database::Database;
use sqlx::{AssertSqlSafe, PgPool, Row};

/// Rows that nobody wants, and among them those that are asked for.
const ROWS: &str = "
    INSERT INTO users (id, tenant_id, email, password_hash, role, is_active, created_at)
    SELECT gen_random_uuid(), '00000000-0000-7000-8000-000000000001',
           'user' || n || '@example.org', '', 'viewer', n % 50 = 0, n
    FROM generate_series(1, 20000) AS n;

    INSERT INTO api_keys (id, tenant_id, user_id, name, prefix, secret_hash, scopes, is_active,
                          created_at)
    SELECT gen_random_uuid(), tenant_id, id, '', 'pyn_' || id || n, decode(repeat('00', 32), 'hex'),
           '', n = 1, 0
    FROM users, generate_series(1, 4) AS n WHERE users.is_active;

    INSERT INTO detections (id, tenant_id, user_id, model_id, detector_type, detector_version,
        detector_digest, parameters, seed, data_digest, threshold, row_count, column_count,
        anomaly_count, duration_us, created_at)
    SELECT gen_random_uuid(), '00000000-0000-7000-8000-000000000001',
           '00000000-0000-7000-8000-000000000002',
           CASE WHEN n % 10 = 0 THEN lpad(to_hex(n % 1000), 32, '0')::uuid END,
           'knn', '1', '', '{}', 7, '', 0.5, 1, 1, 0, 1, n
    FROM generate_series(1, 50000) AS n;

    INSERT INTO detection_results (detection_id, model_id, created_at, scores)
    SELECT id, model_id, created_at, decode(repeat('00', 8), 'hex') FROM detections;

    INSERT INTO audit_logs (id, sequence, timestamp, action, subject, outcome, address, request_id,
                            hash)
    SELECT gen_random_uuid(), n, n * 1000, 'login', '', 'done', '', '',
           decode(repeat('00', 32), 'hex')
    FROM generate_series(1, 50000) AS n;

    ANALYZE;
";

/// `(index, statement)`.
const ASKED: [(&str, &str); 4] = [
    (
        "users_active_by_email",
        "SELECT id FROM users WHERE lower(email) = lower('User500@example.org') AND is_active",
    ),
    (
        "api_keys_active_by_user_id",
        "SELECT id FROM api_keys WHERE is_active AND user_id = \
         (SELECT id FROM users WHERE email = 'user500@example.org')",
    ),
    (
        "detection_results_by_model_id",
        "SELECT detection_id FROM detection_results \
         WHERE model_id = '00000000-0000-0000-0000-00000000000a' ORDER BY created_at DESC LIMIT 50",
    ),
    (
        "audit_logs_by_timestamp",
        "SELECT id FROM audit_logs WHERE timestamp >= 1000000 AND timestamp < 1200000",
    ),
];

#[tokio::test]
async fn postgres_uses_the_partial_indexes() {
    let test = TestStore::new().await;
    // The planner of SQLite is not the concern of this test.
    let Database::Postgres(pool) = &test.store.database else { return };
    sqlx::raw_sql(ROWS).execute(pool).await.unwrap();
    for (index, statement) in ASKED {
        let plan = explain(pool, statement).await;
        assert!(plan.contains(index), "{statement}\n{plan}");
    }
}

async fn explain(pool: &PgPool, statement: &str) -> String {
    let sql = AssertSqlSafe(format!("EXPLAIN {statement}"));
    let lines = sqlx::raw_sql(sql).fetch_all(pool).await.unwrap();
    lines.iter().map(|line| line.get::<String, _>(0) + "\n").collect()
}
