use crate::columns::from_time;
use crate::database::Transaction;
use crate::{Store, StoreError};
use time::OffsetDateTime;

impl Store {
    /// Adds to the sums of a candidate beside an active version. `add` is given what there is, if
    /// anything, and gives what is to be there; nobody else changes it meanwhile. `false` where one
    /// of the versions is gone, and nothing was added.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn add_to_plugin_comparison(
        &self,
        candidate: &str,
        active: &str,
        now: OffsetDateTime,
        add: impl FnOnce(Option<&str>) -> String,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.begin().await?;
        // Whoever has this row locked is alone, also where the sums are not there yet.
        let sql = "UPDATE plugins SET changed_at = changed_at WHERE digest = $1
                   AND EXISTS (SELECT 1 FROM plugins AS other WHERE other.digest = $2)";
        if transaction.query(sql).bind(candidate).bind(active).execute().await? == 0 {
            return Ok(false);
        }
        let sql = "SELECT sums FROM plugin_comparisons WHERE candidate = $1 AND active = $2";
        let query = transaction.query(sql).bind(candidate).bind(active);
        let before = query.fetch_optional::<(String,)>().await?.map(|(sums,)| sums);
        let sql = "INSERT INTO plugin_comparisons (candidate, active, since, until, sums)
                   VALUES ($1, $2, $3, $4, $5) ON CONFLICT (candidate, active)
                   DO UPDATE SET until = excluded.until, sums = excluded.sums";
        let query = transaction.query(sql).bind(candidate).bind(active);
        let query = query.bind(from_time(now)).bind(from_time(now));
        query.bind(add(before.as_deref())).execute().await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// Drops all that was compared with a candidate: another comparison begins.
pub(crate) async fn forget(
    transaction: &mut Transaction,
    candidate: &str,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM plugin_comparisons WHERE candidate = $1";
    transaction.query(sql).bind(candidate).execute().await.map(drop)
}
