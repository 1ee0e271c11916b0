-- Components that models were fitted by, kept for as long as a model needs them.
CREATE TABLE components (
    digest     TEXT    NOT NULL PRIMARY KEY,
    component  BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- A fitted model; fitting again under the same name makes the next version.
CREATE TABLE models (
    id               BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    tenant_id        BLOB    NOT NULL REFERENCES tenants (id),
    user_id          BLOB    NOT NULL,
    name             TEXT    NOT NULL,
    version          INTEGER NOT NULL,
    detector_type    TEXT    NOT NULL,
    detector_version TEXT    NOT NULL,
    detector_digest  TEXT    NOT NULL,
    component_digest TEXT    REFERENCES components (digest),
    parameters       TEXT    NOT NULL,
    seed             INTEGER NOT NULL,
    data_digest      TEXT    NOT NULL,
    threshold        REAL    NOT NULL,
    row_count        INTEGER NOT NULL,
    column_count     INTEGER NOT NULL,
    fuel_used        INTEGER,
    duration_us      INTEGER NOT NULL,
    state_digest     TEXT    NOT NULL,
    state_bytes      INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    UNIQUE (tenant_id, name, version)
) STRICT, WITHOUT ROWID;

CREATE INDEX models_by_tenant_id ON models (tenant_id, id);
CREATE INDEX models_by_component_digest ON models (component_digest)
    WHERE component_digest IS NOT NULL;

-- Apart from models, so that listing them never reads a state.
CREATE TABLE model_states (
    model_id BLOB NOT NULL PRIMARY KEY REFERENCES models (id) ON DELETE CASCADE,
    state    BLOB NOT NULL
) STRICT;
