use super::{COLUMNS, ModelSummary, Row};
use crate::{Owner, Store, StoreError};
use uuid::Uuid;

impl Store {
    /// The model with that identifier, if it is the owner's.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn get_model(
        &self,
        owner: Owner,
        id: Uuid,
    ) -> Result<Option<ModelSummary>, StoreError> {
        let query = self.database.query("SELECT ").push(COLUMNS).push(" FROM models WHERE id = ");
        let query = query.push_bind(id).push(" AND tenant_id = ").push_bind(owner.tenant_id);
        let query = query.push_if(" AND user_id = ", owner.user_id);
        query.fetch_optional::<Row>().await?.map(ModelSummary::try_from).transpose()
    }

    /// The model with that identifier, whosever it is: the caller is to look.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn get_model_of_any(&self, id: Uuid) -> Result<Option<ModelSummary>, StoreError> {
        let query = self.database.query("SELECT ").push(COLUMNS).push(" FROM models WHERE id = ");
        let row = query.push_bind(id).fetch_optional::<Row>().await?;
        row.map(ModelSummary::try_from).transpose()
    }

    /// The state of a model, as it was packed.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn get_model_state(&self, id: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT state FROM model_states WHERE model_id = $1";
        let row = self.database.query(sql).bind(id).fetch_optional::<(Vec<u8>,)>().await?;
        Ok(row.map(|(state,)| state))
    }
}
