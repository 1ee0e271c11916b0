//! Plugins and their versions. They serve every organisation: for admins of the home one.

pub(crate) mod comparison;
pub(crate) mod delete;
pub(crate) mod fallback;
pub(crate) mod gc;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod promote;
pub(crate) mod quarantine;
pub(crate) mod retire;
pub(crate) mod rollback;
pub(crate) mod upload;

use self::fallback::FallbackView;
use crate::error::ApiError;
use crate::plugins::{PluginError, RefusedFile, Standing, View};
use crate::state::AppState;
use pynomaly_store::{PluginCatalog, PluginState, PluginVersion, Readiness, Sticky, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// A version of a plugin, or a file of the plugin folder or a source that was refused.
#[derive(Serialize, ToSchema)]
pub(crate) struct PluginAnswer {
    /// The `detector_type` it serves; null for what was refused.
    detector_type: Option<String>,
    /// What its descriptor says.
    version: Option<String>,
    /// `sha256:…` of the component.
    digest: Option<String>,
    /// `uploaded`, `shadow`, `canary`, `active`, `retired` or `quarantined`; for a file or a
    /// source that is no version `refused`, or `waiting` while its turn is to come.
    state: &'static str,
    /// How far a canary sings.
    canary: Option<CanaryBody>,
    /// How much of the traffic a version in shadow sees.
    shadow: Option<ShadowBody>,
    /// Why it is in that state, where somebody said so.
    reason: Option<String>,
    /// Revision of the name: what a change has to say that it has seen.
    revision: Option<u64>,
    /// Whether a roll back goes there.
    is_previous: bool,
    /// Who answers detections for the name while its breaker is open; null for nobody.
    fallback: Option<FallbackView>,
    /// The key that signed it.
    key_id: Option<String>,
    /// Who uploaded it; null for the plugin folder and sources.
    uploaded_by: Option<Uuid>,
    #[serde(with = "time::serde::rfc3339::option")]
    created_at: Option<OffsetDateTime>,
    /// When it came into its state.
    #[serde(with = "time::serde::rfc3339::option")]
    changed_at: Option<OffsetDateTime>,
    /// The file or the reference, where one was refused.
    source: Option<String>,
    /// What is wrong with it.
    refused: Option<Refusal>,
    /// What the self-test found: every check and its outcome; only where one plugin is asked for,
    /// and where there was one.
    #[schema(value_type = Object, required = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Box<RawValue>>,
    /// What its calls cost, as `GET /api/v1/detectors/{type}` shows it; only where the report is.
    #[schema(value_type = Object, required = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Box<RawValue>>,
    /// How its breaker stands on the server that answers; only where one plugin is asked for, and
    /// where it was called of late.
    #[schema(required = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    breaker: Option<BreakerAnswer>,
    /// How the servers stand that live; only where one plugin is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    replicas: Vec<ReplicaAnswer>,
}

/// Why bytes were refused.
#[derive(Serialize, ToSchema)]
pub(crate) struct Refusal {
    /// `sha256:…` of the bytes; null if they could not be read.
    digest: Option<String>,
    /// The step that refused them, and why.
    reason: String,
}

/// A breaker: each server has its own.
#[derive(Serialize, ToSchema)]
pub(crate) struct BreakerAnswer {
    /// The server.
    replica_id: Uuid,
    /// `closed`: calls pass; `open`: none do; `half_open`: one at a time tries.
    state: &'static str,
    /// Since when it is not closed.
    #[serde(with = "time::serde::rfc3339::option")]
    since: Option<OffsetDateTime>,
    /// When the next call tries.
    #[serde(with = "time::serde::rfc3339::option")]
    retry_at: Option<OffsetDateTime>,
    /// How often it has opened, or stayed open after a try.
    trips: u64,
    /// Calls of late, but those that say nothing of the plugin.
    calls: u64,
    /// Those of them that are its fault.
    faults: u64,
}

/// A server, and whether it has the version compiled.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReplicaAnswer {
    replica_id: Uuid,
    is_ready: bool,
    /// Why it cannot be compiled there.
    fault: Option<String>,
}

/// Whom a canary serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CanaryBody {
    /// The share of those who ask for the name, 1 to 100.
    #[schema(minimum = 1, maximum = 100, example = 5)]
    percent: u8,
    /// Who stays with what served them first: `tenant` or `model`.
    sticky: StickyBody,
}

/// How much of the traffic a version in shadow sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShadowBody {
    /// The share of those who ask for the name, 1 to 100.
    #[schema(minimum = 1, maximum = 100, example = 10)]
    percent: u8,
}

/// Who stays with what served them first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StickyBody {
    Tenant,
    Model,
}

/// Which version, and what whoever asks has seen.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"version": "1.2.0", "revision": 3}))]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeBody {
    /// `sha256:…`; this or `version`.
    digest: Option<String>,
    /// A version that one digest alone calls itself.
    version: Option<String>,
    /// The revision of the name, from the list; 409 where somebody was faster.
    revision: u64,
    /// Why; for the list and the audit log.
    #[schema(max_length = 200)]
    reason: Option<String>,
}

impl ChangeBody {
    /// The digest that is meant.
    fn digest(&self, catalog: &PluginCatalog, name: &str) -> Result<String, ApiError> {
        let of_name = || catalog.versions.iter().filter(|it| it.name == name);
        match (&self.digest, &self.version) {
            (Some(digest), None) => {
                let found = of_name().find(|it| it.digest == *digest);
                Ok(found.ok_or(PluginError::Missing)?.digest.clone())
            }
            (None, Some(version)) => {
                let found: Vec<_> = of_name().filter(|it| it.version == *version).collect();
                match found.as_slice() {
                    [one] => Ok(one.digest.clone()),
                    [] => Err(PluginError::Missing.into()),
                    several => {
                        let digests: Vec<_> = several.iter().map(|it| it.digest.as_str()).collect();
                        let digests = digests.join(", ");
                        Err(PluginError::Ambiguous { version: version.clone(), digests }.into())
                    }
                }
            }
            _ => Err(ApiError::invalid("", "give either `digest` or `version`")),
        }
    }

    fn reason(&self, app: &AppState) -> Result<Option<&str>, ApiError> {
        let most = app.limits.name_bytes_max;
        match self.reason.as_deref() {
            Some(reason) if reason.len() > most => {
                Err(ApiError::invalid("/reason", format!("must have at most {most} bytes")))
            }
            reason => Ok(reason),
        }
    }
}

impl CanaryBody {
    fn check(self) -> Result<PluginState, ApiError> {
        let Self { percent, sticky } = self;
        if !(1..=100).contains(&percent) {
            return Err(ApiError::invalid("/canary/percent", "must be from 1 to 100"));
        }
        let sticky = match sticky {
            StickyBody::Tenant => Sticky::Tenant,
            StickyBody::Model => Sticky::Model,
        };
        Ok(PluginState::Canary { percent, sticky })
    }
}

impl Default for ShadowBody {
    fn default() -> Self {
        Self { percent: 10 }
    }
}

impl ShadowBody {
    fn check(self) -> Result<PluginState, ApiError> {
        let Self { percent } = self;
        if !(1..=100).contains(&percent) {
            return Err(ApiError::invalid("/shadow/percent", "must be from 1 to 100"));
        }
        Ok(PluginState::Shadow { percent })
    }
}

impl PluginAnswer {
    fn of(catalog: &PluginCatalog, version: &PluginVersion) -> Self {
        let name = catalog.name(&version.name);
        let previous = name.and_then(|name| name.previous_digest.as_ref());
        let canary = match version.state {
            PluginState::Canary { percent, sticky: Sticky::Tenant } => {
                Some(CanaryBody { percent, sticky: StickyBody::Tenant })
            }
            PluginState::Canary { percent, sticky: Sticky::Model } => {
                Some(CanaryBody { percent, sticky: StickyBody::Model })
            }
            _ => None,
        };
        let shadow = match version.state {
            PluginState::Shadow { percent } => Some(ShadowBody { percent }),
            _ => None,
        };
        Self {
            detector_type: Some(version.name.clone()),
            version: Some(version.version.clone()),
            digest: Some(version.digest.clone()),
            state: version.state.name(),
            canary,
            shadow,
            reason: version.reason.clone(),
            revision: name.map(|name| name.revision),
            is_previous: previous == Some(&version.digest),
            fallback: name.and_then(|name| name.fallback.as_ref()).map(FallbackView::of),
            key_id: version.key_id.clone(),
            uploaded_by: version.uploaded_by,
            created_at: Some(version.created_at),
            changed_at: Some(version.changed_at),
            source: None,
            refused: None,
            report: None,
            cost: None,
            breaker: None,
            replicas: Vec::new(),
        }
    }

    fn refused(file: String, refused: RefusedFile) -> Self {
        let RefusedFile { digest, reason, is_put_off, .. } = refused;
        Self {
            detector_type: None,
            version: None,
            digest: None,
            state: if is_put_off { "waiting" } else { "refused" },
            canary: None,
            shadow: None,
            reason: None,
            revision: None,
            is_previous: false,
            fallback: None,
            key_id: None,
            uploaded_by: None,
            created_at: None,
            changed_at: None,
            source: Some(file),
            refused: Some(Refusal { digest, reason }),
            report: None,
            cost: None,
            breaker: None,
            replicas: Vec::new(),
        }
    }

    fn with_report(mut self, version: &PluginVersion) -> Result<Self, ApiError> {
        self.report = raw(version, version.report.as_deref())?;
        self.cost = raw(version, version.cost_card.as_deref())?;
        Ok(self)
    }

    fn with_breaker(mut self, replica_id: Uuid, view: Option<View>) -> Self {
        self.breaker = view.map(|View { standing, since, until, trips, tally }| BreakerAnswer {
            replica_id,
            state: match standing {
                Standing::Closed => "closed",
                Standing::HalfOpen => "half_open",
                Standing::Open => "open",
            },
            since,
            retry_at: until,
            trips,
            calls: tally.calls,
            faults: tally.faults(),
        });
        self
    }

    fn with_replicas(mut self, readiness: &[Readiness]) -> Self {
        for it in readiness {
            let is_this = it.digest == self.digest;
            match self.replicas.iter_mut().find(|seen| seen.replica_id == it.replica_id) {
                Some(seen) if is_this => {
                    (seen.is_ready, seen.fault) = (it.fault.is_none(), it.fault.clone());
                }
                Some(_) => {}
                None => self.replicas.push(ReplicaAnswer {
                    replica_id: it.replica_id,
                    is_ready: is_this && it.fault.is_none(),
                    fault: it.fault.clone().filter(|_| is_this),
                }),
            }
        }
        self
    }
}

/// A column that holds JSON, as it is.
fn raw(version: &PluginVersion, json: Option<&str>) -> Result<Option<Box<RawValue>>, ApiError> {
    let read = |json: &str| RawValue::from_string(json.to_owned());
    json.map(read).transpose().map_err(|error| {
        let reason = format!("the self-test of {} is no JSON: {error}", version.digest);
        StoreError::Inconsistent { noun: "plugin", reason }.into()
    })
}
