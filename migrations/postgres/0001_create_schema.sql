-- What migrations/sqlite/0001 to 0010 make, in the words of Postgres, but for SQLite's journal.

CREATE TABLE tenants (
    id             UUID    PRIMARY KEY,
    name           TEXT    NOT NULL UNIQUE,
    is_active      BOOLEAN NOT NULL,
    rate_requests  BIGINT,
    rate_burst     BIGINT,
    fuel_per_day   BIGINT,
    created_at     BIGINT  NOT NULL
);

INSERT INTO tenants (id, name, is_active, created_at)
VALUES ('00000000-0000-7000-8000-000000000001', 'home', TRUE, 0);

CREATE TABLE users (
    id              UUID    PRIMARY KEY,
    tenant_id       UUID    NOT NULL REFERENCES tenants (id),
    email           TEXT    NOT NULL,
    password_hash   TEXT    NOT NULL,
    role            TEXT    NOT NULL CHECK (role IN ('admin', 'analyst', 'viewer')),
    is_active       BOOLEAN NOT NULL,
    totp_secret     BYTEA,
    totp_enabled_at BIGINT,
    totp_last_step  BIGINT,
    created_at      BIGINT  NOT NULL
);

CREATE INDEX users_by_tenant_id ON users (tenant_id, id);
CREATE UNIQUE INDEX users_by_email ON users (lower(email));
CREATE INDEX users_active_by_email ON users (lower(email)) WHERE is_active;

CREATE TABLE sessions (
    id         UUID   PRIMARY KEY,
    user_id    UUID   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE INDEX sessions_by_expires_at ON sessions (expires_at);
CREATE INDEX sessions_by_user_id ON sessions (user_id);

CREATE TABLE refresh_tokens (
    token_hash BYTEA  PRIMARY KEY CHECK (length(token_hash) = 32),
    session_id UUID   NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    used_at    BIGINT
);

CREATE INDEX refresh_tokens_by_session_id ON refresh_tokens (session_id);

CREATE TABLE login_failures (
    subject      TEXT   PRIMARY KEY,
    failures     BIGINT NOT NULL,
    locked_until BIGINT NOT NULL,
    last_at      BIGINT NOT NULL
);

CREATE INDEX login_failures_by_last_at ON login_failures (last_at);

CREATE TABLE password_resets (
    token_hash BYTEA  PRIMARY KEY CHECK (length(token_hash) = 32),
    user_id    UUID   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);

CREATE INDEX password_resets_by_user_id ON password_resets (user_id);

CREATE TABLE identities (
    issuer     TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    user_id    UUID   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);

CREATE INDEX identities_by_user_id ON identities (user_id);

CREATE TABLE api_keys (
    id           UUID    PRIMARY KEY,
    tenant_id    UUID    NOT NULL REFERENCES tenants (id),
    user_id      UUID    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    prefix       TEXT    NOT NULL UNIQUE,
    secret_hash  BYTEA   NOT NULL CHECK (length(secret_hash) = 32),
    scopes       TEXT    NOT NULL,
    is_active    BOOLEAN NOT NULL,
    created_at   BIGINT  NOT NULL,
    expires_at   BIGINT,
    last_used_at BIGINT,
    revoked_at   BIGINT
);

CREATE INDEX api_keys_active_by_user_id ON api_keys (user_id) WHERE is_active;
CREATE INDEX api_keys_by_tenant_id ON api_keys (tenant_id, id);

CREATE TABLE components (
    digest     TEXT   PRIMARY KEY,
    component  BYTEA  NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE models (
    id               UUID             PRIMARY KEY,
    tenant_id        UUID             NOT NULL REFERENCES tenants (id),
    user_id          UUID             NOT NULL,
    name             TEXT             NOT NULL,
    version          BIGINT           NOT NULL,
    detector_type    TEXT             NOT NULL,
    detector_version TEXT             NOT NULL,
    detector_digest  TEXT             NOT NULL,
    component_digest TEXT             REFERENCES components (digest),
    parameters       TEXT             NOT NULL,
    pipeline         TEXT             NOT NULL DEFAULT '{}',
    seed             BIGINT           NOT NULL,
    data_digest      TEXT             NOT NULL,
    threshold        DOUBLE PRECISION NOT NULL CHECK (threshold <> 'NaN'),
    row_count        BIGINT           NOT NULL,
    column_count     BIGINT           NOT NULL,
    fuel_used        BIGINT,
    duration_us      BIGINT           NOT NULL,
    state_digest     TEXT             NOT NULL,
    state_bytes      BIGINT           NOT NULL,
    created_at       BIGINT           NOT NULL,
    UNIQUE (tenant_id, name, version)
);

CREATE INDEX models_by_tenant_id ON models (tenant_id, id);
CREATE INDEX models_by_component_digest ON models (component_digest)
    WHERE component_digest IS NOT NULL;

CREATE TABLE model_components (
    model_id         UUID NOT NULL REFERENCES models (id) ON DELETE CASCADE,
    component_digest TEXT NOT NULL REFERENCES components (digest),
    PRIMARY KEY (model_id, component_digest)
);

CREATE INDEX model_components_by_component_digest ON model_components (component_digest);

CREATE TABLE model_states (
    model_id UUID  PRIMARY KEY REFERENCES models (id) ON DELETE CASCADE,
    state    BYTEA NOT NULL
);

CREATE TABLE detections (
    id               UUID             PRIMARY KEY,
    tenant_id        UUID             NOT NULL,
    user_id          UUID             NOT NULL,
    model_id         UUID,
    detector_type    TEXT             NOT NULL,
    detector_version TEXT             NOT NULL,
    detector_digest  TEXT             NOT NULL,
    parameters       TEXT             NOT NULL,
    pipeline         TEXT             NOT NULL DEFAULT '{}',
    seed             BIGINT           NOT NULL,
    data_digest      TEXT             NOT NULL,
    threshold        DOUBLE PRECISION NOT NULL CHECK (threshold <> 'NaN'),
    row_count        BIGINT           NOT NULL,
    column_count     BIGINT           NOT NULL,
    anomaly_count    BIGINT           NOT NULL,
    fuel_used        BIGINT,
    duration_us      BIGINT           NOT NULL,
    has_data         BOOLEAN          NOT NULL DEFAULT FALSE,
    created_at       BIGINT           NOT NULL
);

CREATE INDEX detections_by_tenant_id ON detections (tenant_id, id);
CREATE INDEX detections_by_tenant_user_id ON detections (tenant_id, user_id, id);
CREATE INDEX detections_by_detector_type ON detections (tenant_id, detector_type, id);
CREATE INDEX detections_by_model_id ON detections (tenant_id, model_id, id)
    WHERE model_id IS NOT NULL;
CREATE INDEX detections_with_anomalies ON detections (tenant_id, id) WHERE anomaly_count > 0;

CREATE TABLE detection_results (
    detection_id UUID   PRIMARY KEY REFERENCES detections (id) ON DELETE CASCADE,
    model_id     UUID,
    created_at   BIGINT NOT NULL,
    scores       BYTEA  NOT NULL CHECK (length(scores) % 8 = 0)
);

CREATE INDEX detection_results_by_created_at ON detection_results (created_at);
CREATE INDEX detection_results_by_model_id ON detection_results (model_id, created_at)
    WHERE model_id IS NOT NULL;

CREATE TABLE detection_details (
    detection_id  UUID  PRIMARY KEY REFERENCES detections (id) ON DELETE CASCADE,
    suppressed    BYTEA,
    contributions BYTEA CHECK (length(contributions) % 8 = 0)
);

CREATE TABLE detection_data (
    detection_id UUID  PRIMARY KEY REFERENCES detections (id) ON DELETE CASCADE,
    data         BYTEA NOT NULL
);

CREATE TABLE idempotency_keys (
    user_id         UUID   NOT NULL,
    idempotency_key TEXT   NOT NULL,
    request_digest  BYTEA  NOT NULL CHECK (length(request_digest) = 32),
    status          BIGINT,
    body            BYTEA,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (user_id, idempotency_key)
);

CREATE INDEX idempotency_keys_by_created_at ON idempotency_keys (created_at);

CREATE TABLE fuel_used (
    tenant_id UUID   NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    day       BIGINT NOT NULL,
    fuel      BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, day)
);

CREATE TABLE audit_logs (
    id         UUID   PRIMARY KEY,
    sequence   BIGINT NOT NULL UNIQUE,
    timestamp  BIGINT NOT NULL,
    tenant_id  UUID,
    user_id    UUID,
    action     TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    outcome    TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    request_id TEXT   NOT NULL,
    before     TEXT,
    after      TEXT,
    hash       BYTEA  NOT NULL CHECK (length(hash) = 32)
);

CREATE INDEX audit_logs_by_timestamp ON audit_logs (timestamp, user_id);
CREATE INDEX audit_logs_by_tenant_id ON audit_logs (tenant_id, sequence);

CREATE TABLE audit_head (
    id       BIGINT PRIMARY KEY CHECK (id = 1),
    sequence BIGINT NOT NULL,
    hash     BYTEA  NOT NULL
);

INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, decode(repeat('00', 32), 'hex'));

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit logs are only appended to';
END
$$;

CREATE TRIGGER audit_logs_are_not_changed BEFORE UPDATE OR DELETE ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_logs_are_not_emptied BEFORE TRUNCATE ON audit_logs
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE plugin_catalog (
    id       BIGINT PRIMARY KEY CHECK (id = 1),
    revision BIGINT NOT NULL
);

INSERT INTO plugin_catalog (id, revision) VALUES (1, 0);

CREATE TABLE plugin_names (
    name            TEXT   PRIMARY KEY,
    revision        BIGINT NOT NULL,
    previous_digest TEXT,
    changed_by      UUID
);

CREATE TABLE plugins (
    digest         TEXT   PRIMARY KEY REFERENCES components (digest),
    name           TEXT   NOT NULL REFERENCES plugin_names (name),
    version        TEXT   NOT NULL,
    state          TEXT   NOT NULL CHECK (state IN
                   ('uploaded', 'shadow', 'canary', 'active', 'retired', 'quarantined')),
    canary_percent BIGINT CHECK (canary_percent BETWEEN 1 AND 100),
    canary_sticky  TEXT   CHECK (canary_sticky IN ('tenant', 'model')),
    reason         TEXT,
    key_id         TEXT,
    signature      BYTEA  CHECK (length(signature) = 64),
    uploaded_by    UUID,
    report         TEXT,
    cost_card      TEXT,
    created_at     BIGINT NOT NULL,
    changed_at     BIGINT NOT NULL,
    CHECK ((state = 'canary') = (canary_percent IS NOT NULL AND canary_sticky IS NOT NULL))
);

CREATE INDEX plugins_by_name ON plugins (name, version);
CREATE UNIQUE INDEX plugins_one_active ON plugins (name) WHERE state = 'active';
CREATE UNIQUE INDEX plugins_one_canary ON plugins (name) WHERE state = 'canary';

CREATE TABLE plugin_files (
    server TEXT NOT NULL,
    file   TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (server, file)
);

CREATE TABLE replicas (
    id      UUID   PRIMARY KEY,
    server  TEXT   NOT NULL,
    seen_at BIGINT NOT NULL
);

CREATE TABLE plugin_readiness (
    replica_id UUID NOT NULL REFERENCES replicas (id) ON DELETE CASCADE,
    digest     TEXT NOT NULL REFERENCES plugins (digest) ON DELETE CASCADE,
    fault      TEXT,
    PRIMARY KEY (replica_id, digest)
);

CREATE INDEX plugin_readiness_by_digest ON plugin_readiness (digest);

CREATE TABLE trusted_keys (
    id         TEXT    PRIMARY KEY,
    public_key BYTEA   NOT NULL CHECK (length(public_key) = 32),
    owner      TEXT    NOT NULL,
    scope      TEXT    NOT NULL,
    is_active  BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL
);
