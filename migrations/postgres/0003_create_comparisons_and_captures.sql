-- As migrations/sqlite/0012_create_plugin_comparisons.sql says.
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
