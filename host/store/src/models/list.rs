use super::{COLUMNS, ModelSummary, Row};
use crate::{Owner, Page, Store, StoreError};
use uuid::Uuid;

impl Store {
    /// Models of `owner`, newest first, made before the model `before`; where `name` is given,
    /// the versions of that name.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn list_models(
        &self,
        owner: Owner,
        name: Option<&str>,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Page<ModelSummary>, StoreError> {
        let query = self.database.query("SELECT ").push(COLUMNS);
        let query = query.push(" FROM models WHERE tenant_id = ").push_bind(owner.tenant_id);
        let query = query
            .push_if(" AND user_id = ", owner.user_id)
            .push_if(" AND name = ", name)
            .push_if(" AND id < ", before)
            .push(" ORDER BY id DESC LIMIT ")
            .push_bind(i64::from(limit) + 1);
        let rows = query.fetch_all::<Row>().await?;
        let models = rows.into_iter().map(ModelSummary::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(models, limit, |model| model.id))
    }
}
