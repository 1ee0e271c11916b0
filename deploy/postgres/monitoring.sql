-- What watches the database: an account that may look at statistics and at nothing else, and the
-- views for people. Run in the database `pynomaly` as its owner or a superuser. Its password is set
-- by whoever runs this (\password pynomaly_exporter), never written here.
-- Columns as PostgreSQL 13 and newer name them.
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;

DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pynomaly_exporter') THEN
        CREATE ROLE pynomaly_exporter LOGIN CONNECTION LIMIT 5;
    END IF;
END $$;
GRANT pg_monitor TO pynomaly_exporter;

-- The twenty slowest statements that ran more than a hundred times; milliseconds.
CREATE OR REPLACE VIEW slow_queries AS
SELECT query, calls, mean_exec_time, total_exec_time, stddev_exec_time, rows
FROM pg_stat_statements
WHERE calls > 100
ORDER BY mean_exec_time DESC
LIMIT 20;

-- What happened to each table, and whether vacuum keeps up.
CREATE OR REPLACE VIEW table_stats AS
SELECT schemaname, relname, n_tup_ins, n_tup_upd, n_tup_del, n_live_tup, n_dead_tup,
    last_vacuum, last_autovacuum, last_analyze, last_autoanalyze
FROM pg_stat_user_tables
ORDER BY n_live_tup DESC;

GRANT SELECT ON slow_queries, table_stats TO pynomaly_exporter;
