use super::{COLUMNS, NAME_COLUMNS, NameRow, PluginName, PluginVersion, Row};
use crate::columns::to_count;
use crate::{Store, StoreError};

/// All that the database says of plugins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginCatalog {
    /// The revision that this is, or a newer one.
    pub revision: u64,
    /// By name.
    pub names: Vec<PluginName>,
    /// By name, and of one name the newest first.
    pub versions: Vec<PluginVersion>,
}

impl PluginCatalog {
    /// The name, where a plugin ever served it.
    #[must_use]
    pub fn name(&self, name: &str) -> Option<&PluginName> {
        self.names.iter().find(|it| it.name == name)
    }

    /// The version with that digest.
    #[must_use]
    pub fn version(&self, digest: &str) -> Option<&PluginVersion> {
        self.versions.iter().find(|it| it.digest == digest)
    }
}

impl Store {
    /// Moves on with every change of a plugin.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn plugin_revision(&self) -> Result<u64, StoreError> {
        let query = self.database.query("SELECT revision FROM plugin_catalog WHERE id = 1");
        let (revision,) = query.fetch_one::<(i64,)>().await?;
        to_count("plugin catalog", revision)
    }

    /// Every name and every version.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn list_plugins(&self) -> Result<PluginCatalog, StoreError> {
        // First: what changes while the rest is read has a later revision, and is read again.
        let revision = self.plugin_revision().await?;
        let query = self.database.query("SELECT ").push(NAME_COLUMNS);
        let names = query.push(" FROM plugin_names ORDER BY name").fetch_all::<NameRow>().await?;
        let query = self.database.query("SELECT ").push(COLUMNS);
        let query = query.push(" FROM plugins ORDER BY name, created_at DESC, digest");
        let versions = query.fetch_all::<Row>().await?;
        Ok(PluginCatalog {
            revision,
            names: names.into_iter().map(PluginName::try_from).collect::<Result<_, _>>()?,
            versions: versions
                .into_iter()
                .map(PluginVersion::try_from)
                .collect::<Result<_, _>>()?,
        })
    }
}
