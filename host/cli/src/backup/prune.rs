//! `pynomaly backup prune`

use super::{Opener, Place, block_on, tell, watched};
use pynomaly_backup::{Pruned, prune};
use pynomaly_server::Config;
use time::{Duration, OffsetDateTime};

/// The newest archives are read until one is good: that and all that are newer stay, whatever
/// their age.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    opener: Opener,
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let outcome = delete(arguments, &config);
    if let Err(error) = &outcome {
        tell(&config, &format!("Old backups were not deleted: {error:#}"));
    }
    let Pruned { deleted, good, bad } = outcome?;
    for (archive, error) in bad {
        println!("not good: {}: {error}", archive.name);
        tell(&config, &format!("Backup is not good: {}: {error}", archive.name));
    }
    good.iter().for_each(|archive| println!("good: {}", archive.name));
    deleted.iter().for_each(|archive| println!("deleted: {}", archive.name));
    Ok(())
}

fn delete(arguments: &Arguments, config: &Config) -> anyhow::Result<Pruned> {
    let destination = arguments.place.open(&config.backup)?;
    let key = arguments.opener.key(&config.backup)?;
    let age = Duration::try_from(config.backup.age_max)?;
    let (bar, progress) = watched("verifying")?;
    let now = OffsetDateTime::now_utc();
    let outcome = block_on(prune(&destination, &key, age, now, progress));
    bar.finish_and_clear();
    outcome
}
