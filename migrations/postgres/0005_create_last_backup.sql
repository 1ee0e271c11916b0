-- When the last backup was made, for the metrics of every server. One row.
CREATE TABLE last_backup (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    finished_at BIGINT NOT NULL,
    bytes BIGINT NOT NULL
);
