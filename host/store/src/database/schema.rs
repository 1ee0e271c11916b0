//! Whether this program may serve on a schema that a newer one has made.
//!
//! Databases keep which migrations they have been through, by number and name. A name that ends in
//! `_needs_NNNN` says that only programs which know migration NNNN can go on; one without says that
//! all can (`docs/adr/0009-a-schema-says-who-it-needs.md`).

use crate::StoreError;
use sqlx::migrate::Migrator;

/// What comes before the number, in the form that a migration's name has in the database.
const NEEDS: &str = " needs ";
/// Every migration that the database has been through.
pub(super) const APPLIED: &str =
    "SELECT version, description FROM _sqlx_migrations ORDER BY version";

/// Has `migrator` take a schema newer than its own, where that schema lets it: `applied` is what the
/// database has been through, empty where it is new.
///
/// # Errors
/// [`StoreError::SchemaNewer`] where the schema needs a program that knows more.
pub(super) fn accept(migrator: &mut Migrator, applied: &[(i64, String)]) -> Result<(), StoreError> {
    let knows = newest(migrator);
    let newer = || applied.iter().filter(|(version, _)| *version > knows);
    let needs = newer().map(|(version, name)| needed(*version, name)).max().unwrap_or(knows);
    if needs > knows {
        return Err(StoreError::SchemaNewer { needs, knows });
    }
    // Migrations that are missing in between are somebody else's: those stay an error.
    let is_ours =
        |(version, _): &(i64, String)| *version > knows || migrator.version_exists(*version);
    let ignores = newer().next().is_some() && applied.iter().all(is_ours);
    migrator.set_ignore_missing(ignores);
    Ok(())
}

/// The newest migration that this program knows.
fn newest(migrator: &Migrator) -> i64 {
    migrator.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// The oldest migration that a program has to know to serve after this one; 0 for none. A number
/// that cannot be read is taken for its own: better refused than broken.
fn needed(version: i64, name: &str) -> i64 {
    match name.rsplit_once(NEEDS) {
        Some((_, number)) => number.parse().unwrap_or(version),
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATORS: [fn() -> Migrator; 2] = [
        || sqlx::migrate!("../../migrations/sqlite"),
        || sqlx::migrate!("../../migrations/postgres"),
    ];

    /// Every migration of ours, and these beyond it by how far.
    fn verdict(beyond: &[(i64, &str)]) -> Result<bool, StoreError> {
        let mut migrator = sqlx::migrate!("../../migrations/sqlite");
        let knows = newest(&migrator);
        let mut applied: Vec<_> =
            migrator.iter().map(|it| (it.version, it.description.to_string())).collect();
        applied.extend(
            beyond
                .iter()
                .map(|(step, name)| (knows + step, name.replace("OURS", &format!("{knows:04}")))),
        );
        accept(&mut migrator, &applied).map(|()| migrator.ignore_missing)
    }

    #[test]
    fn newer_schema_is_served_unless_it_needs_more() {
        assert!(!verdict(&[]).unwrap());
        assert!(verdict(&[(1, "add notes"), (2, "drop old notes needs OURS")]).unwrap());
        for needs_more in ["drop notes needs 9999", "drop notes needs more"] {
            let refused = verdict(&[(1, "add notes"), (2, needs_more)]);
            assert!(matches!(refused, Err(StoreError::SchemaNewer { .. })), "{refused:?}");
        }
    }

    #[test]
    fn migration_of_somebody_else_in_between_is_no_newer_schema() {
        assert!(!verdict(&[(-1000, "create elephants"), (1, "add notes")]).unwrap());
    }

    /// What the program before may still use is taken away with its number in the name alone.
    #[test]
    fn migrations_that_take_away_say_whom_they_need() {
        /// Those that were there before names did so.
        const NAMELESS: [i64; 2] = [12, 3];
        for (migrator, nameless) in MIGRATORS.iter().zip(NAMELESS) {
            for migration in migrator().iter().filter(|it| it.version > nameless) {
                let sql = migration.sql.as_str().to_uppercase();
                let takes = ["DROP ", "RENAME ", "SET NOT NULL", "DELETE FROM", "ALTER COLUMN"];
                let takes_away = takes.iter().any(|word| sql.contains(word));
                let says = migration.description.contains(NEEDS);
                assert!(says || !takes_away, "{}: {}", migration.version, migration.description);
            }
        }
    }
}
