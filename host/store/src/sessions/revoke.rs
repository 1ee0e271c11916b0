use crate::columns::from_time;
use crate::{Store, StoreError};
use sqlx::SqliteConnection;
use time::OffsetDateTime;
use uuid::Uuid;

impl Store {
    /// Ends a session; one that is over already stays over.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn revoke_session(&self, id: Uuid, now: OffsetDateTime) -> Result<(), StoreError> {
        revoke(&mut *self.pool.acquire().await?, id, now).await
    }
}

pub(super) async fn revoke(
    connection: &mut SqliteConnection,
    id: Uuid,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE sessions SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL")
        .bind(from_time(now))
        .bind(id)
        .execute(connection)
        .await?;
    Ok(())
}
