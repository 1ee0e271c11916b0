//! Versions of plugins and their states. The database says what is served; every server follows.

mod change;
mod delete;
mod fallback;
mod files;
mod list;
mod report;
mod upload;

pub use change::{PluginChange, PluginRefusal};
pub use fallback::Fallback;
pub use list::PluginCatalog;
pub use upload::{NewPlugin, Uploaded};

use crate::StoreError;
use crate::columns::{to_count, to_time};
use crate::database::Transaction;
use std::fmt;
use time::OffsetDateTime;
use uuid::Uuid;

/// What a version is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginState {
    /// Stored and compiled; serves only who names it.
    Uploaded,
    /// Computes beside the active one; nobody is told its answers.
    Shadow {
        /// The share of the name's requests that it is asked too, 1 to 100; 0 where nobody said.
        percent: u8,
    },
    /// Serves that share of those who ask for its name.
    Canary {
        /// 1 to 100.
        percent: u8,
        /// Who stays with what served them first.
        sticky: Sticky,
    },
    /// Serves its name. One of a name at most.
    Active,
    /// Served once, or was withdrawn; serves only who names it.
    Retired,
    /// Serves nobody, nor what it fitted.
    Quarantined,
}

/// What has all its requests answered by the same version, while a canary sings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sticky {
    /// An organisation.
    Tenant,
    /// A model; a detection without one is on its own.
    Model,
}

/// One version of a plugin, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginVersion {
    /// `sha256:…` of its bytes.
    pub digest: String,
    /// The `detector_type`.
    pub name: String,
    /// What its descriptor says; several digests may say the same.
    pub version: String,
    /// What it is there for.
    pub state: PluginState,
    /// Why it is in that state, where somebody said so.
    pub reason: Option<String>,
    /// The key that signed it.
    pub key_id: Option<String>,
    /// Who uploaded it; `None` for the plugin folder.
    pub uploaded_by: Option<Uuid>,
    /// What its self-test found, a JSON object.
    pub report: Option<String>,
    /// What it costs, a JSON object.
    pub cost_card: Option<String>,
    /// When it was uploaded.
    pub created_at: OffsetDateTime,
    /// When it came into its state.
    pub changed_at: OffsetDateTime,
}

/// A name that plugins serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginName {
    /// The `detector_type`.
    pub name: String,
    /// How often what serves it was changed.
    pub revision: u64,
    /// What was active before: where a roll back goes.
    pub previous_digest: Option<String>,
    /// Who changed it last; `None` for the plugin folder, or nobody yet.
    pub changed_by: Option<Uuid>,
    /// Who answers in its stead where it fails too often; `None` for nobody.
    pub fallback: Option<Fallback>,
}

impl PluginState {
    /// Its name in the database and for clients.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Uploaded => "uploaded",
            Self::Shadow { .. } => "shadow",
            Self::Canary { .. } => "canary",
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Quarantined => "quarantined",
        }
    }

    fn percent(self) -> Option<i64> {
        if let Self::Canary { percent, .. } = self { Some(i64::from(percent)) } else { None }
    }

    fn sticky(self) -> Option<&'static str> {
        if let Self::Canary { sticky, .. } = self { Some(sticky.name()) } else { None }
    }

    fn shadow_percent(self) -> Option<i64> {
        if let Self::Shadow { percent } = self { Some(i64::from(percent)) } else { None }
    }

    fn read(
        name: &str,
        percent: Option<i64>,
        sticky: Option<&str>,
        shadow_percent: Option<i64>,
    ) -> Option<Self> {
        Some(match name {
            "uploaded" => Self::Uploaded,
            "shadow" => Self::Shadow { percent: u8::try_from(shadow_percent.unwrap_or(0)).ok()? },
            "canary" => {
                let sticky = match sticky? {
                    "tenant" => Sticky::Tenant,
                    "model" => Sticky::Model,
                    _ => return None,
                };
                Self::Canary { percent: u8::try_from(percent?).ok()?, sticky }
            }
            "active" => Self::Active,
            "retired" => Self::Retired,
            "quarantined" => Self::Quarantined,
            _ => return None,
        })
    }
}

impl fmt::Display for PluginState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl Sticky {
    /// Its name in the database and for clients.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Model => "model",
        }
    }
}

/// The columns of `plugins`, as they come.
#[derive(sqlx::FromRow)]
struct Row {
    digest: String,
    name: String,
    version: String,
    state: String,
    canary_percent: Option<i64>,
    canary_sticky: Option<String>,
    reason: Option<String>,
    key_id: Option<String>,
    uploaded_by: Option<Uuid>,
    report: Option<String>,
    cost_card: Option<String>,
    created_at: i64,
    changed_at: i64,
    shadow_percent: Option<i64>,
}

/// What [`Row`] reads, and what an insert writes, in this order.
const COLUMNS: &str = "digest, name, version, state, canary_percent, canary_sticky, reason, \
                       key_id, uploaded_by, report, cost_card, created_at, changed_at, shadow_percent";

impl TryFrom<Row> for PluginVersion {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let sticky = row.canary_sticky.as_deref();
        let state = PluginState::read(&row.state, row.canary_percent, sticky, row.shadow_percent);
        let state = state.ok_or_else(|| StoreError::Inconsistent {
            noun: "plugin",
            reason: format!("{} has no state {:?}", row.digest, row.state),
        })?;
        Ok(Self {
            digest: row.digest,
            name: row.name,
            version: row.version,
            state,
            reason: row.reason,
            key_id: row.key_id,
            uploaded_by: row.uploaded_by,
            report: row.report,
            cost_card: row.cost_card,
            created_at: to_time("plugin", row.created_at)?,
            changed_at: to_time("plugin", row.changed_at)?,
        })
    }
}

/// The columns of `plugin_names`, as they come.
#[derive(sqlx::FromRow)]
struct NameRow {
    name: String,
    revision: i64,
    previous_digest: Option<String>,
    changed_by: Option<Uuid>,
    fallback: Option<String>,
    fallback_detector: Option<String>,
}

/// What [`NameRow`] reads.
const NAME_COLUMNS: &str =
    "name, revision, previous_digest, changed_by, fallback, fallback_detector";

impl TryFrom<NameRow> for PluginName {
    type Error = StoreError;

    fn try_from(row: NameRow) -> Result<Self, StoreError> {
        let NameRow { name, revision, previous_digest, changed_by, .. } = row;
        let revision = to_count("plugin", revision)?;
        let fallback = Fallback::read(row.fallback.as_deref(), row.fallback_detector);
        Ok(Self { name, revision, previous_digest, changed_by, fallback })
    }
}

/// Has every server look again once the transaction is done. Until then it keeps others from
/// changing plugins.
async fn move_on(transaction: &mut Transaction) -> Result<(), StoreError> {
    let sql = "UPDATE plugin_catalog SET revision = revision + 1 WHERE id = 1";
    transaction.query(sql).execute().await.map(drop)
}
