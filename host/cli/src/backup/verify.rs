//! `pynomaly backup verify`

use super::{Opener, Place, block_on, size, tell, watched};
use pynomaly_backup::{Manifest, find, verify};
use pynomaly_server::Config;

/// Exits with 3 if it is damaged, of another key or none of ours.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Its name, as `pynomaly backup list` prints it, or `latest`.
    #[arg(default_value = "latest")]
    archive: String,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    opener: Opener,
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let outcome = read(arguments, &config);
    if let Err(error) = &outcome {
        tell(&config, &format!("Backup is not good: {}: {error:#}", arguments.archive));
    }
    let (name, Manifest { header, parts }) = outcome?;
    println!("{name} is good: made {} by version {}", header.created_at, header.version);
    println!("{} database, schema {}", header.database, header.schema);
    for part in parts {
        println!("{}  {}  sha256:{}", part.name, size(part.bytes), part.sha256);
    }
    Ok(())
}

fn read(arguments: &Arguments, config: &Config) -> anyhow::Result<(String, Manifest)> {
    let destination = arguments.place.open(&config.backup)?;
    let key = arguments.opener.key(&config.backup)?;
    let (bar, progress) = watched("verifying")?;
    let outcome = block_on(async {
        let name = find(&destination, &arguments.archive).await?.name;
        let manifest = verify(&destination, &name, &key, progress).await?;
        Ok((name, manifest))
    });
    bar.finish_and_clear();
    outcome
}
