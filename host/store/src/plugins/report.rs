use super::move_on;
use crate::audit_logs::append;
use crate::{AuditEntry, Store, StoreError};

impl Store {
    /// Stores what the self-test of a version found, both JSON objects, and notes who had it made.
    /// Nothing, where the version is gone.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn set_plugin_report(
        &self,
        digest: &str,
        report: &str,
        cost_card: Option<&str>,
        audit: &AuditEntry,
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        move_on(&mut transaction).await?;
        let sql = "UPDATE plugins SET report = $1, cost_card = $2 WHERE digest = $3";
        let query = transaction.query(sql).bind(report).bind(cost_card.map(str::to_owned));
        if query.bind(digest).execute().await? == 0 {
            return Ok(());
        }
        append(&mut transaction, audit).await?;
        transaction.commit().await
    }
}
