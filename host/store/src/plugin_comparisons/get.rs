use super::KeptComparison;
use crate::columns::to_time;
use crate::{Store, StoreError};

impl Store {
    /// The sums of a candidate beside an active version, as far as they are written.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn get_plugin_comparison(
        &self,
        candidate: &str,
        active: &str,
    ) -> Result<Option<KeptComparison>, StoreError> {
        let sql = "SELECT sums, since, until FROM plugin_comparisons
                   WHERE candidate = $1 AND active = $2";
        let query = self.database.query(sql).bind(candidate).bind(active);
        let Some((sums, since, until)) = query.fetch_optional::<(String, i64, i64)>().await? else {
            return Ok(None);
        };
        let moment = |it| to_time("plugin comparison", it);
        Ok(Some(KeptComparison { sums, since: moment(since)?, until: moment(until)? }))
    }
}
