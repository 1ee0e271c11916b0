use crate::audit_logs::append;
use crate::{AuditEntry, Owner, Store, StoreError};
use uuid::Uuid;

impl Store {
    /// Gives a model of `owner` another name, if it still has the name `from`: of two who rename
    /// it at the same time only one does. Notes who did it; `false` if there is no such model of
    /// that name.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] where the other name has that version already,
    /// [`StoreError::Database`].
    pub async fn rename_model(
        &self,
        owner: Owner,
        id: Uuid,
        from: &str,
        to: &str,
        audit: &AuditEntry,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.begin().await?;
        let query = transaction.query("UPDATE models SET name = ").push_bind(to);
        let query = query.push(" WHERE id = ").push_bind(id).push(" AND name = ").push_bind(from);
        let query = query.push(" AND tenant_id = ").push_bind(owner.tenant_id);
        let query = query.push_if(" AND user_id = ", owner.user_id);
        let changed = query.execute().await;
        if changed.map_err(|error| error.or_if_taken(StoreError::NameTaken))? == 0 {
            return Ok(false);
        }
        append(&mut transaction, audit).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
