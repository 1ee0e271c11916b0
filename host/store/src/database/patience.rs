//! Not waiting for ever.

use crate::StoreError;
use std::time::Duration;

/// How long Postgres may be silent. It ends statements itself after their time, which is shorter;
/// only from one that cannot be reached any more comes nothing at all, and no error either.
pub(crate) const SILENCE_MAX: Duration = Duration::from_secs(15);

/// What comes of `answer`, or [`StoreError::Lost`].
pub(super) async fn in_time<T>(
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(SILENCE_MAX, answer).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(StoreError::Lost),
    }
}
