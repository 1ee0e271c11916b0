use super::{PluginState, move_on};
use crate::audit_logs::append;
use crate::columns::{from_count, from_time, to_count};
use crate::database::Transaction;
use crate::plugin_comparisons::forget;
use crate::{AuditEntry, Store, StoreError};
use time::OffsetDateTime;
use uuid::Uuid;

/// One version of a name into another state.
#[derive(Debug, Clone)]
pub struct PluginChange<'a> {
    /// The name.
    pub name: &'a str,
    /// The version.
    pub digest: &'a str,
    /// The revision of the name that whoever asks has seen.
    pub revision: u64,
    /// The state to come.
    pub state: PluginState,
    /// Why.
    pub reason: Option<&'a str>,
    /// Who; `None` for the plugin folder.
    pub changed_by: Option<Uuid>,
    /// When.
    pub now: OffsetDateTime,
}

/// Why a version did not change its state. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PluginRefusal {
    /// There is no such version of that name.
    Missing,
    /// Somebody was faster: the name has this revision now.
    Stale(u64),
    /// This state leads to the wanted one by no way.
    From(PluginState),
}

impl Store {
    /// Changes the state of one version, of others of its name as far as the new state demands,
    /// and notes who did it; all of it or nothing. What was active before is where a roll back
    /// goes. Gives the new revision of the name.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn change_plugin(
        &self,
        change: &PluginChange<'_>,
        audit: &AuditEntry,
    ) -> Result<Result<u64, PluginRefusal>, StoreError> {
        let mut transaction = self.database.begin().await?;
        move_on(&mut transaction).await?;
        let (revision, from) = match see(&mut transaction, change).await? {
            Ok(seen) => seen,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if !may_follow(from, change.state) {
            return Ok(Err(PluginRefusal::From(from)));
        }
        if is_new_shadow(from, change.state) {
            forget(&mut transaction, change.digest).await?;
        }
        let previous = make_room(&mut transaction, change, from).await?;
        set_state(&mut transaction, change).await?;
        let revision = revision + 1;
        let sql = "UPDATE plugin_names SET revision = $1, changed_by = $2,
                   previous_digest = coalesce($3, previous_digest) WHERE name = $4";
        let query = transaction.query(sql).bind(from_count(revision)).bind(change.changed_by);
        query.bind(previous).bind(change.name).execute().await?;
        append(&mut transaction, audit).await?;
        transaction.commit().await?;
        Ok(Ok(revision))
    }
}

/// The revision of the name, which is the one seen, and the state of the version.
async fn see(
    transaction: &mut Transaction,
    change: &PluginChange<'_>,
) -> Result<Result<(u64, PluginState), PluginRefusal>, StoreError> {
    let sql = "SELECT plugin_names.revision, state, canary_percent, canary_sticky, shadow_percent
               FROM plugins JOIN plugin_names ON plugin_names.name = plugins.name
               WHERE plugins.name = $1 AND digest = $2";
    let query = transaction.query(sql).bind(change.name).bind(change.digest);
    type Seen = (i64, String, Option<i64>, Option<String>, Option<i64>);
    let seen = query.fetch_optional::<Seen>().await?;
    let Some((revision, state, percent, sticky, shadow_percent)) = seen else {
        return Ok(Err(PluginRefusal::Missing));
    };
    let revision = to_count("plugin", revision)?;
    if revision != change.revision {
        return Ok(Err(PluginRefusal::Stale(revision)));
    }
    let state = PluginState::read(&state, percent, sticky.as_deref(), shadow_percent);
    let reason = || format!("{} has no state", change.digest);
    let state =
        state.ok_or_else(|| StoreError::Inconsistent { noun: "plugin", reason: reason() })?;
    Ok(Ok((revision, state)))
}

/// What is active steps down only for another, or for good; what is in quarantine is first
/// retired by somebody who means it.
fn may_follow(from: PluginState, to: PluginState) -> bool {
    use PluginState as S;
    match (from, to) {
        (_, S::Uploaded) => false,
        (S::Quarantined, to) => to == S::Retired,
        (S::Active, to) => matches!(to, S::Retired | S::Quarantined),
        (from, to) => from != to,
    }
}

/// Whether a comparison begins: another share goes on with the one that there is.
fn is_new_shadow(from: PluginState, to: PluginState) -> bool {
    let is_shadow = |state| matches!(state, PluginState::Shadow { .. });
    is_shadow(to) && !is_shadow(from)
}

/// Takes the place from whoever has it. Gives what is to be rolled back to, where that changes.
async fn make_room(
    transaction: &mut Transaction,
    change: &PluginChange<'_>,
    from: PluginState,
) -> Result<Option<String>, StoreError> {
    let (out, into) = match change.state {
        PluginState::Active => ("active", "retired"),
        PluginState::Canary { .. } => ("canary", "uploaded"),
        PluginState::Retired if from == PluginState::Active => {
            return Ok(Some(change.digest.to_owned()));
        }
        _ => return Ok(None),
    };
    let sql = "UPDATE plugins SET state = $1, canary_percent = NULL, canary_sticky = NULL,
               reason = NULL, changed_at = $2
               WHERE name = $3 AND state = $4 AND digest <> $5 RETURNING digest";
    let query = transaction.query(sql).bind(into).bind(from_time(change.now));
    let query = query.bind(change.name).bind(out).bind(change.digest);
    let gone = query.fetch_optional::<(String,)>().await?.map(|(digest,)| digest);
    Ok(gone.filter(|_| change.state == PluginState::Active))
}

async fn set_state(
    transaction: &mut Transaction,
    change: &PluginChange<'_>,
) -> Result<(), StoreError> {
    let sql = "UPDATE plugins SET state = $1, canary_percent = $2, canary_sticky = $3,
               reason = $4, changed_at = $5, shadow_percent = $6 WHERE digest = $7";
    let query = transaction.query(sql).bind(change.state.name()).bind(change.state.percent());
    let query = query.bind(change.state.sticky()).bind(change.reason.map(str::to_owned));
    let query = query.bind(from_time(change.now)).bind(change.state.shadow_percent());
    query.bind(change.digest).execute().await.map(drop)
}
