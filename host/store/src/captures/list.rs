use super::{COLUMNS, CaptureSummary, Row};
use crate::columns::from_time;
use crate::{Page, Store, StoreError};
use time::OffsetDateTime;
use uuid::Uuid;

impl Store {
    /// Those of an organisation that have not expired, newest first, made before the one `before`.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn list_captures(
        &self,
        tenant_id: Uuid,
        now: OffsetDateTime,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Page<CaptureSummary>, StoreError> {
        let query = self.database.query("SELECT ").push(COLUMNS).push(", ");
        // Postgres counts in 32 bits.
        let query = query.push("CAST(length(bundle) AS BIGINT) AS bytes FROM captures");
        let query = query.push(" WHERE tenant_id = ").push_bind(tenant_id);
        let query = query
            .push(" AND expires_at > ")
            .push_bind(from_time(now))
            .push_if(" AND id < ", before)
            .push(" ORDER BY id DESC LIMIT ")
            .push_bind(i64::from(limit) + 1);
        let rows = query.fetch_all::<Row>().await?;
        let all = rows.into_iter().map(CaptureSummary::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(all, limit, |capture| capture.id))
    }
}
