-- What was asked and what answered: enough to compute the scores again, bit for bit.
CREATE TABLE detections (
    id                BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id           BLOB    NOT NULL,
    detector_type     TEXT    NOT NULL,
    detector_version  TEXT    NOT NULL,
    detector_digest   TEXT    NOT NULL,
    parameters        TEXT    NOT NULL,
    seed              INTEGER NOT NULL,
    data_digest       TEXT    NOT NULL,
    threshold         REAL    NOT NULL,
    row_count         INTEGER NOT NULL,
    column_count      INTEGER NOT NULL,
    anomaly_count     INTEGER NOT NULL,
    fuel_used         INTEGER,
    duration_us       INTEGER NOT NULL,
    created_at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX detections_by_user_id ON detections (user_id, id);

-- Apart from detections, so that listing them never reads a score. With rowid: a row may be
-- megabytes, which a table without rowid handles badly.
CREATE TABLE detection_results (
    detection_id BLOB    NOT NULL PRIMARY KEY REFERENCES detections (id) ON DELETE CASCADE,
    model_id     BLOB,
    created_at   INTEGER NOT NULL,
    scores       BLOB    NOT NULL CHECK (length(scores) % 8 = 0)
) STRICT;

CREATE INDEX detection_results_by_model_id ON detection_results (model_id, created_at)
    WHERE model_id IS NOT NULL;
