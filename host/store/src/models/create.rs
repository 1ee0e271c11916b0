use super::{COLUMNS, Component, ModelSummary};
use crate::audit_logs::append;
use crate::columns::{from_count, from_time};
use crate::database::Transaction;
use crate::{AuditEntry, Store, StoreError};

impl Store {
    /// Adds a model as the next version of its name, with its packed state and the
    /// components that fitted it: its own plugin, and those of its members; gives the version.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] where somebody else has just made that version,
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn create_model(
        &self,
        model: &ModelSummary,
        state: &[u8],
        components: &[Component],
        audit: &AuditEntry,
    ) -> Result<u64, StoreError> {
        let mut transaction = self.database.begin().await?;
        for component in components {
            component.insert(&mut transaction, model.created_at).await?;
        }
        let is_own = |component: &&Component| component.digest == model.detector_digest;
        let own = components.iter().find(is_own);
        let version = insert(&mut transaction, model, own).await?;
        for member in components.iter().filter(|component| !is_own(component)) {
            let sql = "INSERT INTO model_components (model_id, component_digest) VALUES ($1, $2)
                       ON CONFLICT DO NOTHING";
            let query = transaction.query(sql).bind(model.id).bind(member.digest.as_str());
            query.execute().await?;
        }
        let sql = "INSERT INTO model_states (model_id, state) VALUES ($1, $2)";
        transaction.query(sql).bind(model.id).bind(state).execute().await?;
        append(&mut transaction, audit).await?;
        transaction.commit().await?;
        Ok(version)
    }
}

async fn insert(
    transaction: &mut Transaction,
    model: &ModelSummary,
    component: Option<&Component>,
) -> Result<u64, StoreError> {
    let sql = "SELECT coalesce(max(version), 0) + 1 FROM models WHERE tenant_id = $1 AND name = $2";
    let query = transaction.query(sql).bind(model.tenant_id).bind(model.name.as_str());
    let (version,) = query.fetch_one::<(i64,)>().await?;
    let microseconds = u64::try_from(model.duration.as_micros()).unwrap_or(u64::MAX);
    transaction
        .query("INSERT INTO models (")
        .push(COLUMNS)
        .push(", component_digest) VALUES (")
        .push_bind(model.id)
        .push_next(model.tenant_id)
        .push_next(model.user_id)
        .push_next(model.name.as_str())
        .push_next(version)
        .push_next(model.detector_type.as_str())
        .push_next(model.detector_version.as_str())
        .push_next(model.detector_digest.as_str())
        .push_next(model.parameters.as_str())
        .push_next(model.pipeline.as_str())
        .push_next(model.seed.cast_signed())
        .push_next(model.data_digest.as_str())
        .push_next(model.threshold)
        .push_next(from_count(model.rows))
        .push_next(from_count(model.columns))
        .push_next(model.fuel_used.map(u64::cast_signed))
        .push_next(from_count(microseconds))
        .push_next(model.state_digest.as_str())
        .push_next(from_count(model.state_bytes))
        .push_next(from_time(model.created_at))
        .push_next(component.map(|component| component.digest.clone()))
        .push(")")
        .execute()
        .await
        .map_err(|error| error.or_if_taken(StoreError::NameTaken))?;
    Ok(version.unsigned_abs())
}
