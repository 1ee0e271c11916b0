-- As migrations/sqlite/0015_create_plugin_uploads.sql says.
CREATE TABLE plugin_uploads (
    id          UUID   PRIMARY KEY,
    uploaded_by UUID,
    progress    TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL
);
