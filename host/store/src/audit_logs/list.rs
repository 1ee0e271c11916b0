use super::{AuditLog, COLUMNS, Row};
use crate::columns::{from_count, from_time};
use crate::{Page, Store, StoreError};
use time::OffsetDateTime;
use uuid::Uuid;

/// Which entries are wanted; nothing given is everything.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Whose organisation.
    pub tenant_id: Option<Uuid>,
    /// Who did it.
    pub user_id: Option<Uuid>,
    /// What was done.
    pub action: Option<String>,
    /// Not before this moment.
    pub since: Option<OffsetDateTime>,
    /// Before this moment.
    pub until: Option<OffsetDateTime>,
}

impl Store {
    /// Entries, newest first, from before the entry numbered `before`.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn list_audit_logs(
        &self,
        filter: &AuditFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Page<AuditLog, u64>, StoreError> {
        let rows = self
            .database
            .query("SELECT ")
            .push(COLUMNS)
            .push(" FROM audit_logs WHERE sequence < ")
            .push_bind(before.map_or(i64::MAX, from_count))
            .push_if(" AND tenant_id = ", filter.tenant_id)
            .push_if(" AND user_id = ", filter.user_id)
            .push_if(" AND action = ", filter.action.as_deref())
            .push_if(" AND timestamp >= ", filter.since.map(from_time))
            .push_if(" AND timestamp < ", filter.until.map(from_time))
            .push(" ORDER BY sequence DESC LIMIT ")
            .push_bind(i64::from(limit) + 1)
            .fetch_all::<Row>()
            .await?;
        let logs = rows.into_iter().map(AuditLog::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(logs, limit, |log| log.sequence))
    }
}
