-- Each row carries a hash of itself and of the one before it: removing or editing one shows. Rows
-- without a sequence were written before there was a chain.
ALTER TABLE audit_logs ADD COLUMN sequence INTEGER;
ALTER TABLE audit_logs ADD COLUMN tenant_id BLOB;
ALTER TABLE audit_logs ADD COLUMN outcome TEXT NOT NULL DEFAULT 'done';
ALTER TABLE audit_logs ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_logs ADD COLUMN before TEXT;
ALTER TABLE audit_logs ADD COLUMN after TEXT;
ALTER TABLE audit_logs ADD COLUMN hash BLOB;

CREATE UNIQUE INDEX audit_logs_by_sequence ON audit_logs (sequence);
CREATE INDEX audit_logs_by_tenant_id ON audit_logs (tenant_id, sequence);

-- The end of the chain, so that a row removed from its end shows too.
CREATE TABLE audit_head (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    sequence INTEGER NOT NULL,
    hash     BLOB    NOT NULL
) STRICT;

INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, zeroblob(32));

CREATE TRIGGER audit_logs_are_not_changed BEFORE UPDATE ON audit_logs
BEGIN
    SELECT raise(ABORT, 'audit logs are only appended to');
END;

CREATE TRIGGER audit_logs_are_not_deleted BEFORE DELETE ON audit_logs
BEGIN
    SELECT raise(ABORT, 'audit logs are only appended to');
END;
