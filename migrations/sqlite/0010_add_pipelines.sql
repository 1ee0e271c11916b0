-- What was done around the detector, and what a model learnt there: a JSON object, empty for what was
-- made before.
ALTER TABLE detections ADD COLUMN pipeline TEXT NOT NULL DEFAULT '{}';
ALTER TABLE models ADD COLUMN pipeline TEXT NOT NULL DEFAULT '{}';

-- What rows have beside their scores, where it was asked for: a byte each, 1 where a deviation was
-- too small to be an anomaly; and the columns' contributions, row after row.
CREATE TABLE detection_details (
    detection_id  BLOB NOT NULL PRIMARY KEY REFERENCES detections (id) ON DELETE CASCADE,
    suppressed    BLOB,
    contributions BLOB CHECK (length(contributions) % 8 = 0)
) STRICT;

-- The plugins that a model of several detectors was fitted by.
CREATE TABLE model_components (
    model_id         BLOB NOT NULL REFERENCES models (id) ON DELETE CASCADE,
    component_digest TEXT NOT NULL REFERENCES components (digest),
    PRIMARY KEY (model_id, component_digest)
) STRICT, WITHOUT ROWID;

CREATE INDEX model_components_by_component_digest ON model_components (component_digest);
