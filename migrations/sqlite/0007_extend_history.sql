ALTER TABLE detections ADD COLUMN tenant_id BLOB NOT NULL
    DEFAULT x'00000000000070008000000000000001';
ALTER TABLE detections ADD COLUMN model_id BLOB;
ALTER TABLE detections ADD COLUMN has_data INTEGER NOT NULL DEFAULT 0;

CREATE INDEX detections_by_tenant_id ON detections (tenant_id, id);
CREATE INDEX detections_by_tenant_user_id ON detections (tenant_id, user_id, id);
CREATE INDEX detections_by_detector_type ON detections (tenant_id, detector_type, id);
CREATE INDEX detections_by_model_id ON detections (tenant_id, model_id, id)
    WHERE model_id IS NOT NULL;
CREATE INDEX detections_with_anomalies ON detections (tenant_id, id) WHERE anomaly_count > 0;
-- Lists go by organisation first. Moments need no index of their own: identifiers begin with them.
DROP INDEX detections_by_user_id;

-- Scores are asked for by their detection alone: one tree to write where there were three.
CREATE TABLE scores (
    detection_id BLOB    NOT NULL PRIMARY KEY REFERENCES detections (id) ON DELETE CASCADE,
    model_id     BLOB,
    created_at   INTEGER NOT NULL,
    scores       BLOB    NOT NULL CHECK (length(scores) % 8 = 0)
) STRICT, WITHOUT ROWID;
INSERT INTO scores SELECT detection_id, model_id, created_at, scores FROM detection_results;
DROP TABLE detection_results;
ALTER TABLE scores RENAME TO detection_results;

-- Detections that were acknowledged and are not yet in their tables; a row for each batch. Postgres
-- has none. The writer is named by the first detection that it wrote down: it deletes its own rows.
CREATE TABLE detection_journal (
    id         INTEGER PRIMARY KEY,
    writer     BLOB    NOT NULL CHECK (length(writer) = 16),
    detections BLOB    NOT NULL
) STRICT;

-- The rows of a detection, where the client asked to keep them; compressed.
CREATE TABLE detection_data (
    detection_id BLOB NOT NULL PRIMARY KEY REFERENCES detections (id) ON DELETE CASCADE,
    data         BLOB NOT NULL
) STRICT;

-- The answer to a request that creates, by the key that its client gave it.
CREATE TABLE idempotency_keys (
    user_id        BLOB    NOT NULL,
    idempotency_key TEXT   NOT NULL,
    request_digest BLOB    NOT NULL CHECK (length(request_digest) = 32),
    status         INTEGER,
    body           BLOB,
    created_at     INTEGER NOT NULL,
    PRIMARY KEY (user_id, idempotency_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_created_at ON idempotency_keys (created_at);

-- Fuel that an organisation has burnt on a day, counted from 1970.
CREATE TABLE fuel_used (
    tenant_id BLOB    NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    day       INTEGER NOT NULL,
    fuel      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, day)
) STRICT, WITHOUT ROWID;
