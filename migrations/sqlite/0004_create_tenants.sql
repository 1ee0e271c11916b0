-- An organisation: owns users, keys, models, detections and quotas. NULL in a quota means the
-- server's default.
CREATE TABLE tenants (
    id             BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name           TEXT    NOT NULL UNIQUE,
    is_active      INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    rate_requests  INTEGER,
    rate_burst     INTEGER,
    fuel_per_day   INTEGER,
    created_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The first organisation: those who run the server, and everyone there was before.
INSERT INTO tenants (id, name, is_active, created_at)
VALUES (x'00000000000070008000000000000001', 'home', 1, 0);

ALTER TABLE users ADD COLUMN tenant_id BLOB NOT NULL
    DEFAULT x'00000000000070008000000000000001';
-- Version of the password hash's cost is in the hash itself. The seed is encrypted.
ALTER TABLE users ADD COLUMN totp_secret BLOB;
ALTER TABLE users ADD COLUMN totp_enabled_at INTEGER;
ALTER TABLE users ADD COLUMN totp_last_step INTEGER;
CREATE INDEX users_by_tenant_id ON users (tenant_id, id);
CREATE UNIQUE INDEX users_by_email ON users (lower(email));
CREATE INDEX users_active_by_email ON users (lower(email)) WHERE is_active;

-- Failed logins, by account and by address.
CREATE TABLE login_failures (
    subject      TEXT    NOT NULL PRIMARY KEY,
    failures     INTEGER NOT NULL,
    locked_until INTEGER NOT NULL,
    last_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX login_failures_by_last_at ON login_failures (last_at);

-- Set a new password once.
CREATE TABLE password_resets (
    token_hash BLOB    NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    user_id    BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX password_resets_by_user_id ON password_resets (user_id);

-- Accounts of other identity providers.
CREATE TABLE identities (
    issuer     TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    user_id    BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX identities_by_user_id ON identities (user_id);
