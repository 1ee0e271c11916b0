use super::DumpError;
use super::tools::Tools;
use crate::database::Connection;
use crate::{Location, StoreOptions};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Puts the dump in the file `dump` in the place of whatever the database holds: all of it or
/// nothing. The file may be moved. No server may run on the database. It blocks but for `.await`.
///
/// # Errors
/// [`DumpError`]; the database is then as it was.
pub async fn replace(options: &StoreOptions, dump: &Path) -> Result<(), DumpError> {
    match &options.location {
        Location::Sqlite(file) => sqlite(file, dump),
        Location::Postgres(url) => {
            let mut connection = Connection::open(options).await?;
            let query = connection.query("SELECT current_schema()::text");
            let (schema,): (String,) = query.fetch_one().await?;
            connection.close().await?;
            let (tools, dump) = (Tools::new(url)?, dump.to_owned());
            let outcome = tokio::task::spawn_blocking(move || tools.pg_restore(&schema, &dump));
            outcome.await.map_err(std::io::Error::other)?
        }
    }
}

/// The new file is whole beside the old one before it takes its name.
fn sqlite(file: &Path, dump: &Path) -> Result<(), DumpError> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let draft = beside(file, "-restored");
    if fs::rename(dump, &draft).is_err() {
        fs::copy(dump, &draft)?;
    }
    File::open(&draft)?.sync_all()?;
    // They belong to the old file, and would be taken for the new one's.
    for log in [beside(file, "-wal"), beside(file, "-shm")] {
        if log.exists() {
            fs::remove_file(log)?;
        }
    }
    fs::rename(draft, file)?;
    Ok(())
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
}
