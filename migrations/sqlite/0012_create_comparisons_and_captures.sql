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
