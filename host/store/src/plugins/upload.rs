use super::{COLUMNS, PluginState, PluginVersion, move_on};
use crate::audit_logs::append;
use crate::columns::from_time;
use crate::database::Transaction;
use crate::models::Component;
use crate::{AuditEntry, Store, StoreError};

/// A version to store.
#[derive(Debug, Clone)]
pub struct NewPlugin<'a> {
    /// What is known of it; [`PluginState::Uploaded`].
    pub version: &'a PluginVersion,
    /// Its bytes.
    pub component: &'a Component,
    /// Over its digest, by the key that the version names.
    pub signature: Option<[u8; 64]>,
    /// Versions that there may be.
    pub versions_max: usize,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uploaded {
    /// It is stored.
    New,
    /// It was stored already; nothing has changed.
    Known,
    /// There are as many versions as there may be.
    TooMany,
}

impl Store {
    /// Stores a version, and notes who uploaded it, both or neither.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn upload_plugin(
        &self,
        plugin: &NewPlugin<'_>,
        audit: &AuditEntry,
    ) -> Result<Uploaded, StoreError> {
        let mut transaction = self.database.begin().await?;
        move_on(&mut transaction).await?;
        let sql = "SELECT count(*), coalesce(sum(CASE WHEN digest = $1 THEN 1 ELSE 0 END), 0)
                   FROM plugins";
        let query = transaction.query(sql).bind(plugin.version.digest.as_str());
        let (count, known) = query.fetch_one::<(i64, i64)>().await?;
        if known > 0 {
            return Ok(Uploaded::Known);
        }
        if usize::try_from(count).is_ok_and(|count| count >= plugin.versions_max) {
            return Ok(Uploaded::TooMany);
        }
        plugin.component.insert(&mut transaction, plugin.version.created_at).await?;
        insert(&mut transaction, plugin).await?;
        append(&mut transaction, audit).await?;
        transaction.commit().await?;
        Ok(Uploaded::New)
    }
}

async fn insert(transaction: &mut Transaction, plugin: &NewPlugin<'_>) -> Result<(), StoreError> {
    let version = plugin.version;
    let sql = "INSERT INTO plugin_names (name, revision) VALUES ($1, 0)
               ON CONFLICT (name) DO NOTHING";
    transaction.query(sql).bind(version.name.as_str()).execute().await?;
    transaction
        .query("INSERT INTO plugins (")
        .push(COLUMNS)
        .push(", signature) VALUES (")
        .push_bind(version.digest.as_str())
        .push_next(version.name.as_str())
        .push_next(version.version.as_str())
        .push_next(PluginState::Uploaded.name())
        .push_next(None::<i64>)
        .push_next(None::<String>)
        .push_next(version.reason.clone())
        .push_next(version.key_id.clone())
        .push_next(version.uploaded_by)
        .push_next(version.report.clone())
        .push_next(version.cost_card.clone())
        .push_next(from_time(version.created_at))
        .push_next(from_time(version.changed_at))
        .push_next(None::<i64>)
        .push_next(plugin.signature.map(|bytes| bytes.to_vec()))
        .push(")")
        .execute()
        .await
        .map(drop)
}
