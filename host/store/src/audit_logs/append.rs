use super::AuditEntry;
use crate::columns::from_time;
use crate::database::Transaction;
use crate::{Store, StoreError};

impl Store {
    /// Writes an entry that belongs to no change: a refusal.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn append_audit_log(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        append(&mut transaction, entry).await?;
        transaction.commit().await
    }
}

/// Writes `entry` as the next of the chain, in the transaction of what it tells of.
///
/// Taking the next place locks the head until the transaction ends: entries are chained one by
/// one, whoever writes them.
pub(crate) async fn append(
    transaction: &mut Transaction,
    entry: &AuditEntry,
) -> Result<(), StoreError> {
    let sql = "UPDATE audit_head SET sequence = sequence + 1 WHERE id = 1
               RETURNING sequence, hash";
    let (sequence, before) = transaction.query(sql).fetch_one::<(i64, Vec<u8>)>().await?;
    let hash = entry.hash(&before, sequence);
    transaction
        .query(
            "INSERT INTO audit_logs (sequence, id, timestamp, tenant_id, user_id, action, subject,
                 outcome, address, request_id, before, after, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        )
        .bind(sequence)
        .bind(entry.id)
        .bind(from_time(entry.timestamp))
        .bind(entry.tenant_id)
        .bind(entry.user_id)
        .bind(entry.action.as_str())
        .bind(entry.subject.as_str())
        .bind(entry.outcome.as_str())
        .bind(entry.address.as_str())
        .bind(entry.request_id.as_str())
        .bind(entry.before.clone())
        .bind(entry.after.clone())
        .bind(&hash[..])
        .execute()
        .await?;
    let sql = "UPDATE audit_head SET hash = $1 WHERE id = 1";
    transaction.query(sql).bind(&hash[..]).execute().await?;
    Ok(())
}
