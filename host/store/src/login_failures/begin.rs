use super::{CountedLogin, LoginAttempt, LoginDelays, LoginSubject};
use crate::columns::{from_time, to_time};
use crate::database::Transaction;
use crate::{Store, StoreError};
use time::OffsetDateTime;

impl Store {
    /// Counts an attempt to log in for all of `subjects`, unless one of them has to wait.
    /// Everyone names the account before the address, so that nobody waits for each other.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn begin_login(
        &self,
        subjects: &[LoginSubject],
        delays: &LoginDelays,
        now: OffsetDateTime,
    ) -> Result<LoginAttempt, StoreError> {
        let mut transaction = self.database.begin().await?;
        let mut known = Vec::with_capacity(subjects.len());
        for subject in subjects {
            known.push(lock(&mut transaction, &subject.name, delays, now).await?);
        }
        let until = known.iter().map(|(_, until)| *until).max().unwrap_or_default();
        if until > from_time(now) {
            // What is dropped with the transaction is at most a row without a failure.
            return Ok(LoginAttempt::Locked(to_time("login failure", until)?));
        }
        let mut counted = Vec::with_capacity(subjects.len());
        for (subject, (failures, _)) in subjects.iter().zip(known) {
            let failures = failures.saturating_add(1);
            let delay = delays.after(failures, subject.free);
            let locked_until = if delay.is_positive() { from_time(now + delay) } else { 0 };
            let sql = "UPDATE login_failures SET failures = $1, locked_until = $2, last_at = $3
                       WHERE subject = $4";
            let query = transaction.query(sql).bind(failures).bind(locked_until);
            query.bind(from_time(now)).bind(subject.name.as_str()).execute().await?;
            counted.push(CountedLogin { subject: subject.name.clone(), locked_until });
        }
        transaction.commit().await?;
        Ok(LoginAttempt::Counted(counted))
    }
}

/// The failures of `subject` and the end of its delay; nobody else changes them until the
/// transaction ends.
async fn lock(
    transaction: &mut Transaction,
    subject: &str,
    delays: &LoginDelays,
    now: OffsetDateTime,
) -> Result<(i64, i64), StoreError> {
    let sql = "INSERT INTO login_failures (subject, failures, locked_until, last_at)
               VALUES ($1, 0, 0, $2)
               ON CONFLICT (subject) DO UPDATE SET failures =
                   CASE WHEN login_failures.last_at < $3 THEN 0 ELSE login_failures.failures END
               RETURNING failures, locked_until";
    let query = transaction.query(sql).bind(subject).bind(from_time(now));
    query.bind(from_time(now - delays.memory)).fetch_one().await
}
