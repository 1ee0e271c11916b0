use crate::audit_logs::append;
use crate::{AuditEntry, Owner, Store, StoreError};
use uuid::Uuid;

impl Store {
    /// Deletes a model of `owner` with its state, and the component that fitted it once no other
    /// model needs that; notes who did it. `false` if there is no such model. Detections that it
    /// made stay.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn delete_model(
        &self,
        owner: Owner,
        id: Uuid,
        audit: &AuditEntry,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.begin().await?;
        let query = transaction.query("DELETE FROM models WHERE id = ").push_bind(id);
        let query = query.push(" AND tenant_id = ").push_bind(owner.tenant_id);
        let query = query.push_if(" AND user_id = ", owner.user_id);
        if query.execute().await? == 0 {
            return Ok(false);
        }
        append(&mut transaction, audit).await?;
        transaction.commit().await?;
        self.prune_components().await?;
        Ok(true)
    }
}
