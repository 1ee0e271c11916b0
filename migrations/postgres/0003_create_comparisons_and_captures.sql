-- As migrations/sqlite/0012_create_comparisons_and_captures.sql says.
ALTER TABLE plugins ADD COLUMN shadow_percent BIGINT CHECK (shadow_percent BETWEEN 1 AND 100);

CREATE TABLE plugin_comparisons (
    candidate TEXT   NOT NULL REFERENCES plugins (digest) ON DELETE CASCADE,
    active    TEXT   NOT NULL REFERENCES plugins (digest) ON DELETE CASCADE,
    since     BIGINT NOT NULL,
    until     BIGINT NOT NULL,
    sums      TEXT   NOT NULL,
    PRIMARY KEY (candidate, active)
);

CREATE INDEX plugin_comparisons_by_active ON plugin_comparisons (active);

CREATE TABLE captures (
    id               UUID   PRIMARY KEY,
    tenant_id        UUID   NOT NULL REFERENCES tenants (id),
    detector_type    TEXT   NOT NULL,
    detector_version TEXT   NOT NULL,
    detector_digest  TEXT   NOT NULL,
    error            TEXT   NOT NULL,
    created_at       BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,
    bundle           BYTEA  NOT NULL
);

CREATE INDEX captures_by_tenant_id ON captures (tenant_id, id);
CREATE INDEX captures_by_expires_at ON captures (expires_at);
