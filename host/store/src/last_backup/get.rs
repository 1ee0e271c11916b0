use crate::columns::{to_count, to_time};
use crate::{Store, StoreError};
use time::OffsetDateTime;

/// The last backup that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastBackup {
    /// When it was whole.
    pub finished_at: OffsetDateTime,
    /// Its size.
    pub bytes: u64,
}

impl Store {
    /// The last backup of this database; `None` where there was none.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn last_backup(&self) -> Result<Option<LastBackup>, StoreError> {
        let query = self.database.query("SELECT finished_at, bytes FROM last_backup WHERE id = 1");
        let row: Option<(i64, i64)> = query.fetch_optional().await?;
        row.map(|(finished_at, bytes)| {
            let finished_at = to_time("last backup", finished_at)?;
            Ok(LastBackup { finished_at, bytes: to_count("last backup", bytes)? })
        })
        .transpose()
    }
}
