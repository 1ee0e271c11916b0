-- Who changed what. Rows outlive the users they name.
CREATE TABLE audit_logs (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    timestamp  INTEGER NOT NULL,
    user_id    BLOB,
    action     TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    request_id TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_logs_by_timestamp ON audit_logs (timestamp, user_id);
