-- Uploads of plugins that nobody waited for, and how far each is: a JSON object of the server's.
CREATE TABLE plugin_uploads (
    id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    uploaded_by BLOB,
    progress    TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
