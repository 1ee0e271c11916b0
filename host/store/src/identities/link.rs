use super::Identity;
use crate::audit_logs::append;
use crate::columns::from_time;
use crate::{AuditEntry, Store, StoreError};
use uuid::Uuid;

impl Store {
    /// Links an account that is not linked yet to a user, and notes it.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] if it is linked already, [`StoreError::Database`].
    pub async fn link_identity(
        &self,
        identity: &Identity,
        user_id: Uuid,
        audit: &AuditEntry,
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        let sql = "INSERT INTO identities (issuer, subject, user_id, created_at)
                   VALUES ($1, $2, $3, $4)";
        let query = transaction.query(sql).bind(identity.issuer.as_str());
        let query = query.bind(identity.subject.as_str()).bind(user_id);
        let linked = query.bind(from_time(audit.timestamp)).execute().await;
        linked.map_err(|error| error.or_if_taken(StoreError::NameTaken))?;
        append(&mut transaction, audit).await?;
        transaction.commit().await
    }
}
