use super::CountedLogin;
use crate::{Store, StoreError};

impl Store {
    /// Takes attempts back that were counted and did not fail; other failures stay counted.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn take_back_login(&self, counted: &[CountedLogin]) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        for CountedLogin { subject, locked_until } in counted {
            let sql = "UPDATE login_failures SET failures = failures - 1, locked_until =
                           CASE WHEN locked_until = $1 THEN 0 ELSE locked_until END
                       WHERE subject = $2 AND failures > 0";
            let query = transaction.query(sql).bind(*locked_until).bind(subject.as_str());
            query.execute().await?;
        }
        transaction.commit().await
    }

    /// Forgets every failure of the subject with that name.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn forget_login_failures(&self, name: &str) -> Result<(), StoreError> {
        let query = self.database.query("DELETE FROM login_failures WHERE subject = ");
        query.push_bind(name).execute().await?;
        Ok(())
    }
}
