use super::move_on;
use crate::audit_logs::append;
use crate::{AuditEntry, Store, StoreError};

impl Store {
    /// Deletes a version that serves nobody, and its bytes once no model needs them; notes who did
    /// it. `false` where there is none, or where it serves somebody.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn delete_plugin(
        &self,
        digest: &str,
        audit: &AuditEntry,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.begin().await?;
        move_on(&mut transaction).await?;
        let sql = "DELETE FROM plugins
                   WHERE digest = $1 AND state NOT IN ('active', 'canary', 'shadow')";
        if transaction.query(sql).bind(digest).execute().await? == 0 {
            return Ok(false);
        }
        let sql = "UPDATE plugin_names SET previous_digest = NULL WHERE previous_digest = $1";
        transaction.query(sql).bind(digest).execute().await?;
        append(&mut transaction, audit).await?;
        transaction.commit().await?;
        self.prune_components().await?;
        Ok(true)
    }

    /// Digests of components that models were fitted by.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn list_model_components(&self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT DISTINCT component_digest FROM models
                   WHERE component_digest IS NOT NULL ORDER BY component_digest";
        let rows = self.database.query(sql).fetch_all::<(String,)>().await?;
        Ok(rows.into_iter().map(|(digest,)| digest).collect())
    }

    /// Digests of every component there is.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn list_components(&self) -> Result<Vec<String>, StoreError> {
        let query = self.database.query("SELECT digest FROM components ORDER BY digest");
        let rows = query.fetch_all::<(String,)>().await?;
        Ok(rows.into_iter().map(|(digest,)| digest).collect())
    }
}
