//! Who changed what, and who was refused. An entry is written in the transaction of the change
//! itself, and chained to the one before it.

mod append;
mod list;
mod verify;

pub(crate) use append::append;
pub use list::AuditFilter;
pub use verify::AuditVerdict;

use crate::StoreError;
use crate::columns::{from_time, to_time};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Version 7.
    pub id: Uuid,
    /// When, to the microsecond.
    pub timestamp: OffsetDateTime,
    /// Whose organisation it concerns; `None` for the server as a whole.
    pub tenant_id: Option<Uuid>,
    /// Who; `None` for the command line, the first start, and whoever is not logged in.
    pub user_id: Option<Uuid>,
    /// What: `user.create`.
    pub action: String,
    /// To whom or what.
    pub subject: String,
    /// `done` or `refused`.
    pub outcome: String,
    /// From where: an address, or empty for the command line.
    pub address: String,
    /// The request that did it, or the name of the command.
    pub request_id: String,
    /// What was there before, a JSON object without secrets.
    pub before: Option<String>,
    /// What is there now.
    pub after: Option<String>,
}

/// An entry with its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLog {
    /// Counts from 1, without gaps.
    pub sequence: u64,
    /// What it says.
    pub entry: AuditEntry,
    /// Of this entry and the hash of the one before it.
    pub hash: [u8; 32],
}

impl AuditEntry {
    /// SHA-256 of the hash before, the place, and every field behind its length: two different
    /// entries never give the same bytes.
    fn hash(&self, before: &[u8], sequence: i64) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut field = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        field(before);
        field(&sequence.to_le_bytes());
        field(self.id.as_bytes());
        field(&from_time(self.timestamp).to_le_bytes());
        for id in [self.tenant_id, self.user_id] {
            field(id.as_ref().map_or(&[][..], |id| id.as_bytes()));
        }
        for text in [&self.action, &self.subject, &self.outcome, &self.address, &self.request_id] {
            field(text.as_bytes());
        }
        for text in [&self.before, &self.after] {
            field(&[u8::from(text.is_some())]);
            field(text.as_deref().unwrap_or_default().as_bytes());
        }
        hash.finalize().into()
    }
}

/// The columns of `audit_logs`, as they come.
#[derive(sqlx::FromRow)]
struct Row {
    sequence: i64,
    id: Uuid,
    timestamp: i64,
    tenant_id: Option<Uuid>,
    user_id: Option<Uuid>,
    action: String,
    subject: String,
    outcome: String,
    address: String,
    request_id: String,
    before: Option<String>,
    after: Option<String>,
    hash: Vec<u8>,
}

/// What [`Row`] reads.
const COLUMNS: &str = "sequence, id, timestamp, tenant_id, user_id, action, subject, outcome, \
                       address, request_id, before, after, hash";

impl TryFrom<Row> for AuditLog {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let wrong = |reason: &str| StoreError::Inconsistent {
            noun: "audit log",
            reason: reason.to_owned(),
        };
        Ok(Self {
            sequence: u64::try_from(row.sequence).map_err(|_| wrong("its sequence is negative"))?,
            hash: row.hash.try_into().map_err(|_| wrong("its hash has not 32 bytes"))?,
            entry: AuditEntry {
                id: row.id,
                timestamp: to_time("audit log", row.timestamp)?,
                tenant_id: row.tenant_id,
                user_id: row.user_id,
                action: row.action,
                subject: row.subject,
                outcome: row.outcome,
                address: row.address,
                request_id: row.request_id,
                before: row.before,
                after: row.after,
            },
        })
    }
}
