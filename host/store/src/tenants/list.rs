use super::{COLUMNS, Row, Tenant};
use crate::{Page, Store, StoreError};
use uuid::Uuid;

impl Store {
    /// Organisations, newest first, made before the organisation `before`.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn list_tenants(
        &self,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Page<Tenant>, StoreError> {
        let query = self.database.query("SELECT ").push(COLUMNS).push(" FROM tenants WHERE TRUE");
        let query = query.push_if(" AND id < ", before);
        let query = query.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(limit) + 1);
        let rows = query.fetch_all::<Row>().await?;
        let tenants = rows.into_iter().map(Tenant::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(tenants, limit, |tenant| tenant.id))
    }

    /// All of them, by identifier alone.
    pub(crate) async fn tenant_ids(&self) -> Result<Vec<Uuid>, StoreError> {
        let rows = self.database.query("SELECT id FROM tenants").fetch_all::<(Uuid,)>().await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}
