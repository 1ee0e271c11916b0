use crate::{Store, StoreError};

impl Store {
    /// What each file of the plugin folder of `server` was when it last looked: `(file, digest)`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn list_plugin_files(
        &self,
        server: &str,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let sql = "SELECT file, digest FROM plugin_files WHERE server = $1 ORDER BY file";
        self.database.query(sql).bind(server).fetch_all().await
    }

    /// Remembers what a file is; `None` for one that is gone.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn note_plugin_file(
        &self,
        server: &str,
        file: &str,
        digest: Option<&str>,
    ) -> Result<(), StoreError> {
        let Some(digest) = digest else {
            let sql = "DELETE FROM plugin_files WHERE server = $1 AND file = $2";
            let query = self.database.query(sql).bind(server).bind(file);
            return query.execute().await.map(drop);
        };
        let sql = "INSERT INTO plugin_files (server, file, digest) VALUES ($1, $2, $3)
                   ON CONFLICT (server, file) DO UPDATE SET digest = excluded.digest";
        let query = self.database.query(sql).bind(server).bind(file).bind(digest);
        query.execute().await.map(drop)
    }
}
