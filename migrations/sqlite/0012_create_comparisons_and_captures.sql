-- The share of its name's requests that a version in shadow is asked too; none where nobody said.
ALTER TABLE plugins ADD COLUMN shadow_percent INTEGER CHECK (shadow_percent BETWEEN 1 AND 100);

-- What versions in shadow would have said beside the version that was active: sums over requests, a
-- JSON object that every server adds its own to.
CREATE TABLE plugin_comparisons (
    candidate TEXT    NOT NULL REFERENCES plugins (digest) ON DELETE CASCADE,
    active    TEXT    NOT NULL REFERENCES plugins (digest) ON DELETE CASCADE,
    since     INTEGER NOT NULL,
    until     INTEGER NOT NULL,
    sums      TEXT    NOT NULL,
    PRIMARY KEY (candidate, active)
) STRICT, WITHOUT ROWID;

CREATE INDEX plugin_comparisons_by_active ON plugin_comparisons (active);

-- Calls of plugins that failed, encrypted, for who mends the plugin.
CREATE TABLE captures (
    id               BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    tenant_id        BLOB    NOT NULL REFERENCES tenants (id),
    detector_type    TEXT    NOT NULL,
    detector_version TEXT    NOT NULL,
    detector_digest  TEXT    NOT NULL,
    error            TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    bundle           BLOB    NOT NULL
) STRICT;

CREATE INDEX captures_by_tenant_id ON captures (tenant_id, id);
CREATE INDEX captures_by_expires_at ON captures (expires_at);
