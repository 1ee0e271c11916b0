//! Who changed what. An entry is written in the transaction of the change itself.

use crate::StoreError;
use crate::columns::from_time;
use sqlx::SqliteConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Version 7.
    pub id: Uuid,
    /// When.
    pub timestamp: OffsetDateTime,
    /// Who; `None` for the command line and the first start.
    pub user_id: Option<Uuid>,
    /// What: `user.create`.
    pub action: &'static str,
    /// To whom or what.
    pub subject: String,
    /// The request that did it, or the name of the command.
    pub request_id: String,
}

/// Writes `entry` on `connection`, which is in a transaction.
pub(crate) async fn record(
    connection: &mut SqliteConnection,
    entry: &AuditEntry,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit_logs (id, timestamp, user_id, action, subject, request_id)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(entry.id)
    .bind(from_time(entry.timestamp))
    .bind(entry.user_id)
    .bind(entry.action)
    .bind(&entry.subject)
    .bind(&entry.request_id)
    .execute(connection)
    .await?;
    Ok(())
}
