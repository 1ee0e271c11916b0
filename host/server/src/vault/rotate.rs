//! Every secret at rest, under the newest key.

use super::{Place, Vault, VaultError};
use crate::audit::Actor;
use crate::random::Random;
use pynomaly_store::{SecretColumn, Store, StoreError};
use serde::Serialize;

/// Secrets read at a time.
const BATCH: u32 = 200;

/// What a rotation did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Rotated {
    /// Secrets that are now under the newest key.
    pub encrypted_anew: u64,
    /// Those that already were.
    pub current: u64,
    /// Those that none of the keys decrypts; they were left alone.
    pub unreadable: u64,
}

/// Why a rotation stopped. What was encrypted anew until then stays so; it can be run again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RotateError {
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Encrypts everything in `store` that is not under the newest key of `vault`, while servers run.
/// Whoever changes a secret meanwhile wins.
pub(crate) async fn rotate(
    store: &Store,
    vault: &Vault,
    random: &Random,
    actor: &Actor,
) -> Result<Rotated, RotateError> {
    if !vault.is_open() {
        return Err(VaultError::NoKey.into());
    }
    let mut rotated = Rotated::default();
    for column in SecretColumn::ALL {
        let mut after = None;
        loop {
            let secrets = store.list_secrets(column, after, BATCH).await?;
            let Some((last, _)) = secrets.last() else { break };
            after = Some(*last);
            for (row, kept) in secrets {
                if vault.is_current(&kept) {
                    rotated.current += 1;
                    continue;
                }
                let (table, name) = (column.table(), column.name());
                let place = Place { table, column: name, row: row.as_bytes() };
                let Ok(secret) = vault.decrypt(place, &kept) else {
                    tracing::warn!(table, column = name, %row, "a secret cannot be decrypted");
                    rotated.unreadable += 1;
                    continue;
                };
                let anew = vault.encrypt(random, place, &secret)?;
                rotated.encrypted_anew +=
                    u64::from(store.replace_secret(column, row, &kept, &anew).await?);
            }
        }
    }
    let audit = actor.done(random, "secrets.rotate", "");
    store.append_audit_log(&crate::audit::changed(audit, None, Some(&rotated))).await?;
    Ok(rotated)
}
