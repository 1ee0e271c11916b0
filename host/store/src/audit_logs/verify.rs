use super::{AuditLog, COLUMNS, Row};
use crate::{Store, StoreError};

/// Entries that are read at a time.
const PART: i64 = 1_000;

/// What the chain says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditVerdict {
    /// Every entry from the first to the last is as it was written.
    Whole {
        /// How many they are.
        entries: u64,
        /// Entries from before there was a chain; nothing can be said of them.
        unchained: u64,
    },
    /// An entry was removed or edited.
    Broken {
        /// The first place in the chain that is not as it was.
        sequence: u64,
        /// What is wrong there.
        reason: &'static str,
    },
}

impl Store {
    /// Walks the whole chain.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn verify_audit_logs(&self) -> Result<AuditVerdict, StoreError> {
        let head = "SELECT sequence, hash FROM audit_head WHERE id = 1";
        let (last, head) = self.database.query(head).fetch_one::<(i64, Vec<u8>)>().await?;
        let (mut sequence, mut hash) = (0, vec![0; 32]);
        loop {
            let part = self.audit_logs_after(sequence, last).await?;
            if part.is_empty() {
                break;
            }
            for log in part {
                sequence += 1;
                if let Some(reason) = fault(&log, sequence, &hash) {
                    return Ok(broken(sequence, reason));
                }
                hash = log.hash.to_vec();
            }
        }
        if sequence != last {
            return Ok(broken(sequence + 1, "the entry is missing"));
        }
        if hash != head {
            return Ok(broken(last, "the end of the chain is not the one that was noted"));
        }
        let sql = "SELECT count(*) FROM audit_logs WHERE sequence IS NULL";
        let (unchained,) = self.database.query(sql).fetch_one::<(i64,)>().await?;
        Ok(AuditVerdict::Whole {
            entries: last.unsigned_abs(),
            unchained: unchained.unsigned_abs(),
        })
    }

    async fn audit_logs_after(&self, after: i64, last: i64) -> Result<Vec<AuditLog>, StoreError> {
        let query = self
            .database
            .query("SELECT ")
            .push(COLUMNS)
            .push(" FROM audit_logs WHERE sequence > ")
            .push_bind(after)
            .push(" AND sequence <= ")
            .push_bind(last)
            .push(" ORDER BY sequence LIMIT ")
            .push_bind(PART);
        query.fetch_all::<Row>().await?.into_iter().map(AuditLog::try_from).collect()
    }
}

fn fault(log: &AuditLog, sequence: i64, before: &[u8]) -> Option<&'static str> {
    if i64::try_from(log.sequence) != Ok(sequence) {
        return Some("the entry is missing");
    }
    (log.entry.hash(before, sequence) != log.hash).then_some("the entry was edited")
}

fn broken(sequence: i64, reason: &'static str) -> AuditVerdict {
    AuditVerdict::Broken { sequence: sequence.unsigned_abs(), reason }
}
