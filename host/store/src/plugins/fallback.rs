use super::{PluginRefusal, move_on};
use crate::audit_logs::append;
use crate::columns::from_count;
use crate::{AuditEntry, Store, StoreError};

/// Who answers in the stead of a plugin that fails too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fallback {
    /// The version that was active before.
    Previous,
    /// Another `detector_type`.
    Detector(String),
}

impl Fallback {
    pub(super) fn read(kind: Option<&str>, detector: Option<String>) -> Option<Self> {
        match kind? {
            "previous" => Some(Self::Previous),
            _ => detector.map(Self::Detector),
        }
    }

    fn columns(this: Option<&Self>) -> (Option<&'static str>, Option<String>) {
        match this {
            None => (None, None),
            Some(Self::Previous) => (Some("previous"), None),
            Some(Self::Detector(name)) => (Some("detector"), Some(name.clone())),
        }
    }
}

impl Store {
    /// Says who answers in the stead of a name, `None` for nobody, and notes who said so. Gives the
    /// new revision of the name.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn set_plugin_fallback(
        &self,
        name: &str,
        revision: u64,
        fallback: Option<&Fallback>,
        audit: &AuditEntry,
    ) -> Result<Result<u64, PluginRefusal>, StoreError> {
        let mut transaction = self.database.begin().await?;
        move_on(&mut transaction).await?;
        let sql = "SELECT revision FROM plugin_names WHERE name = $1";
        let found = transaction.query(sql).bind(name).fetch_optional::<(i64,)>().await?;
        let Some((found,)) = found else { return Ok(Err(PluginRefusal::Missing)) };
        let found = crate::columns::to_count("plugin", found)?;
        if found != revision {
            return Ok(Err(PluginRefusal::Stale(found)));
        }
        let (kind, detector) = Fallback::columns(fallback);
        let sql = "UPDATE plugin_names SET revision = $1, fallback = $2, fallback_detector = $3
                   WHERE name = $4";
        let query = transaction.query(sql).bind(from_count(revision + 1));
        query.bind(kind.map(str::to_owned)).bind(detector).bind(name).execute().await?;
        append(&mut transaction, audit).await?;
        transaction.commit().await?;
        Ok(Ok(revision + 1))
    }
}
