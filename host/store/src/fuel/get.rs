use crate::columns::to_count;
use crate::{Store, StoreError};
use uuid::Uuid;

impl Store {
    /// What the organisation has burnt on that day, as far as it is written.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn get_fuel(&self, tenant_id: Uuid, day: i64) -> Result<u64, StoreError> {
        let sql = "SELECT fuel FROM fuel_used WHERE tenant_id = $1 AND day = $2";
        let query = self.database.query(sql).bind(tenant_id).bind(day);
        let row = query.fetch_optional::<(i64,)>().await?;
        to_count("fuel used", row.map_or(0, |(fuel,)| fuel))
    }
}
