-- Moves on with every change of a plugin: what a server has served is compared with it.
CREATE TABLE plugin_catalog (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL
) STRICT;

INSERT INTO plugin_catalog (id, revision) VALUES (1, 0);

-- A name, and how often what serves it was changed: who changes it says what he has seen.
CREATE TABLE plugin_names (
    name            TEXT    NOT NULL PRIMARY KEY,
    revision        INTEGER NOT NULL,
    previous_digest TEXT,
    changed_by      BLOB
) STRICT, WITHOUT ROWID;

-- A version of a plugin; its bytes are in components.
CREATE TABLE plugins (
    digest         TEXT    NOT NULL PRIMARY KEY REFERENCES components (digest),
    name           TEXT    NOT NULL REFERENCES plugin_names (name),
    version        TEXT    NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN
                   ('uploaded', 'shadow', 'canary', 'active', 'retired', 'quarantined')),
    canary_percent INTEGER CHECK (canary_percent BETWEEN 1 AND 100),
    canary_sticky  TEXT    CHECK (canary_sticky IN ('tenant', 'model')),
    reason         TEXT,
    key_id         TEXT,
    signature      BLOB    CHECK (length(signature) = 64),
    uploaded_by    BLOB,
    report         TEXT,
    cost_card      TEXT,
    created_at     INTEGER NOT NULL,
    changed_at     INTEGER NOT NULL,
    CHECK ((state = 'canary') = (canary_percent IS NOT NULL AND canary_sticky IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX plugins_by_name ON plugins (name, version);
CREATE UNIQUE INDEX plugins_one_active ON plugins (name) WHERE state = 'active';
CREATE UNIQUE INDEX plugins_one_canary ON plugins (name) WHERE state = 'canary';

-- Which bytes each file of a server's plugin folder had when the server last looked.
CREATE TABLE plugin_files (
    server TEXT NOT NULL,
    file   TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (server, file)
) STRICT, WITHOUT ROWID;

-- Starts of servers that run, and which versions each has compiled; the fault where it could not.
CREATE TABLE replicas (
    id      BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    server  TEXT    NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE plugin_readiness (
    replica_id BLOB NOT NULL REFERENCES replicas (id) ON DELETE CASCADE,
    digest     TEXT NOT NULL REFERENCES plugins (digest) ON DELETE CASCADE,
    fault      TEXT,
    PRIMARY KEY (replica_id, digest)
) STRICT, WITHOUT ROWID;

CREATE INDEX plugin_readiness_by_digest ON plugin_readiness (digest);

-- Whose signatures count, and for which names: patterns separated by spaces, `*` for anything.
CREATE TABLE trusted_keys (
    id         TEXT    NOT NULL PRIMARY KEY,
    public_key BLOB    NOT NULL CHECK (length(public_key) = 32),
    owner      TEXT    NOT NULL,
    scope      TEXT    NOT NULL,
    is_active  INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
