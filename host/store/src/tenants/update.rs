use super::Tenant;
use crate::audit_logs::append;
use crate::columns::from_count;
use crate::{AuditEntry, Store, StoreError};

impl Store {
    /// Makes the organisation what `tenant` says, and notes who did it; `false` if there is none
    /// with its identifier.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`], [`StoreError::Database`].
    pub async fn update_tenant(
        &self,
        tenant: &Tenant,
        audit: &AuditEntry,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.begin().await?;
        let changed = transaction
            .query(
                "UPDATE tenants SET name = $1, is_active = $2, rate_requests = $3,
                     rate_burst = $4, fuel_per_day = $5 WHERE id = $6",
            )
            .bind(tenant.name.as_str())
            .bind(tenant.is_active)
            .bind(tenant.quota.rate_requests.map(from_count))
            .bind(tenant.quota.rate_burst.map(from_count))
            .bind(tenant.quota.fuel_per_day.map(from_count))
            .bind(tenant.id)
            .execute()
            .await
            .map_err(|error| error.or_if_taken(StoreError::NameTaken))?;
        if changed == 0 {
            return Ok(false);
        }
        append(&mut transaction, audit).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
