//! `pynomaly restore`

use crate::backup::{Opener, Place, block_on, watched};
use pynomaly_backup::{Restored, Target, find, restore};
use pynomaly_server::{Config, SECRET_FILES};
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// Settings without which what is restored is not all there: they open what the database holds.
const NEEDED: [&str; 3] = ["ENCRYPTION_KEY", "JWT_SECRET", "JWT_PRIVATE_KEY"];

/// Restore an archive to the database and the data folder of this environment.
///
/// The archive is read to its end before anything is touched. Both have to be empty, unless
/// --replace is given, and no server may run on them. With Postgres it takes its client programs.
/// The settings of the machine that was backed up are written to restored.env in the data folder.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  PYNOMALY_DATA_DIR=/var/lib/pynomaly pynomaly restore --at /mnt/backups --key-file backup.key
  pynomaly restore pynomaly-20261124T030000Z.age --replace")]
pub(crate) struct Arguments {
    /// Its name, as `pynomaly backup list` prints it, or `latest`.
    #[arg(default_value = "latest")]
    archive: String,
    /// Replace what the database and the data folder hold.
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    opener: Opener,
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let destination = arguments.place.open(&config.backup)?;
    let key = arguments.opener.key(&config.backup)?;
    let target = Target {
        store: config.store_options(),
        data_dir: config.data_dir.clone(),
        secrets: SECRET_FILES,
        replace: arguments.replace,
    };
    let (bar, progress) = watched("restoring")?;
    let outcome = block_on(async {
        let name = find(&destination, &arguments.archive).await?.name;
        let now = OffsetDateTime::now_utc();
        let restored = restore(&destination, &name, &key, &target, now, progress).await?;
        Ok((name, restored))
    });
    bar.finish_and_clear();
    let (name, Restored { manifest, settings_file, settings }) = outcome?;
    println!("restored {name}, made {}", manifest.header.created_at);
    println!("the settings of that machine: {}", settings_file.display());
    for needed in differing(&settings, &Config::given(std::env::vars_os())?) {
        println!("{needed} is another there: take it over before the server starts");
    }
    Ok(())
}

/// Those that were set there, and are not the same here.
fn differing(
    there: &BTreeMap<String, String>,
    here: &BTreeMap<String, String>,
) -> impl Iterator<Item = &'static str> {
    NEEDED
        .into_iter()
        .filter(|name| there.contains_key(*name) && there.get(*name) != here.get(*name))
}
