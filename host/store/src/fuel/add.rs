use super::BurntFuel;
use crate::columns::from_count;
use crate::{Store, StoreError};

/// Rows that one statement writes.
const STATEMENT_ROWS_MAX: usize = 256;

impl Store {
    /// Adds what was burnt to what was burnt before, all of it or nothing. No two of `burnt` are of
    /// the same organisation and day.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn add_fuel(&self, burnt: &[BurntFuel]) -> Result<(), StoreError> {
        // In one order, so that replicas which write the same rows never wait for each other.
        let mut burnt = burnt.to_vec();
        burnt.sort_by_key(|it| (it.tenant_id, it.day));
        let mut transaction = self.database.begin().await?;
        for rows in burnt.chunks(STATEMENT_ROWS_MAX) {
            let query = transaction.query("INSERT INTO fuel_used (tenant_id, day, fuel) VALUES ");
            let query = rows.iter().enumerate().fold(query, |query, (index, row)| {
                let query = query.push(if index == 0 { "(" } else { ", (" });
                let query = query.push_bind(row.tenant_id).push_next(row.day);
                query.push_next(from_count(row.fuel)).push(")")
            });
            let sum = " ON CONFLICT (tenant_id, day) \
                       DO UPDATE SET fuel = fuel_used.fuel + excluded.fuel";
            query.push(sum).execute().await?;
        }
        transaction.commit().await
    }
}
