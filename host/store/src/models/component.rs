use crate::columns::from_time;
use crate::database::Transaction;
use crate::{Store, StoreError};
use time::OffsetDateTime;

/// The bytes of a plugin, kept while it is there or a model needs it.
#[derive(Clone, PartialEq, Eq)]
pub struct Component {
    /// `sha256:…` of the bytes.
    pub digest: String,
    /// A WebAssembly component.
    pub bytes: Vec<u8>,
}

impl Component {
    /// Keeps the component, if it is not kept already, and keeps others from deleting it until
    /// the transaction ends.
    pub(crate) async fn insert(
        &self,
        transaction: &mut Transaction,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO components (digest, component, created_at) VALUES ($1, $2, $3)
                   ON CONFLICT (digest) DO UPDATE SET digest = excluded.digest";
        let query = transaction.query(sql).bind(self.digest.as_str()).bind(self.bytes.as_slice());
        query.bind(from_time(now)).execute().await?;
        Ok(())
    }
}

impl Store {
    /// The component with that digest, if it is a plugin or a model needs it.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn get_component(&self, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT component FROM components WHERE digest = $1";
        let row = self.database.query(sql).bind(digest).fetch_optional::<(Vec<u8>,)>().await?;
        Ok(row.map(|(bytes,)| bytes))
    }
}

impl Store {
    /// Forgets components that neither a model nor a plugin needs any more.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn prune_components(&self) -> Result<(), StoreError> {
        let sql = "DELETE FROM components WHERE NOT EXISTS
                   (SELECT 1 FROM models WHERE component_digest = components.digest)
                   AND NOT EXISTS
                   (SELECT 1 FROM model_components WHERE component_digest = components.digest)
                   AND NOT EXISTS (SELECT 1 FROM plugins WHERE digest = components.digest)";
        match self.database.query(sql).execute().await {
            // Something that needs one was made meanwhile; the next time will do.
            Err(StoreError::Database(sqlx::Error::Database(cause)))
                if cause.is_foreign_key_violation() =>
            {
                Ok(())
            }
            outcome => outcome.map(drop),
        }
    }
}

impl std::fmt::Debug for Component {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Component({}, {} bytes)", self.digest, self.bytes.len())
    }
}
