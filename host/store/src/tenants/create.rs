use super::Tenant;
use crate::audit_logs::append;
use crate::columns::{from_count, from_time};
use crate::{AuditEntry, Store, StoreError};

impl Store {
    /// Adds an organisation and notes who did it, both or neither.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`], [`StoreError::Database`].
    pub async fn create_tenant(
        &self,
        tenant: &Tenant,
        audit: &AuditEntry,
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        transaction
            .query(
                "INSERT INTO tenants (id, name, is_active, rate_requests, rate_burst,
                     fuel_per_day, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(tenant.id)
            .bind(tenant.name.as_str())
            .bind(tenant.is_active)
            .bind(tenant.quota.rate_requests.map(from_count))
            .bind(tenant.quota.rate_burst.map(from_count))
            .bind(tenant.quota.fuel_per_day.map(from_count))
            .bind(from_time(tenant.created_at))
            .execute()
            .await
            .map_err(|error| error.or_if_taken(StoreError::NameTaken))?;
        append(&mut transaction, audit).await?;
        transaction.commit().await
    }
}
