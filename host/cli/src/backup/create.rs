//! `pynomaly backup create`

use super::{Opener, Place, block_on, size, tell, watched};
use pynomaly_backup::{Created, Progress, Source, create, recorded, verify};
use pynomaly_server::{Config, SECRET_FILES};
use std::time::Instant;
use time::OffsetDateTime;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pynomaly backup key > backup.key
  pynomaly backup create --at /var/backups/pynomaly --key-file backup.key
  PYNOMALY_BACKUP_TO=s3://backups/pynomaly PYNOMALY_BACKUP_KEY_FILE=backup.pub pynomaly backup create")]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    opener: Opener,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let started = Instant::now();
    let outcome = make(arguments, &config);
    match &outcome {
        Ok(created) => report(&config, created, started),
        Err(error) => tell(&config, &format!("Backup failed: {error:#}")),
    }
    outcome.map(drop)
}

fn make(arguments: &Arguments, config: &Config) -> anyhow::Result<Created> {
    let destination = arguments.place.open(&config.backup)?;
    let key = arguments.opener.key(&config.backup)?;
    let source = Source {
        store: config.store_options(),
        data_dir: config.data_dir.clone(),
        secrets: SECRET_FILES,
        settings: Config::given(std::env::vars_os())?,
    };
    let store = source.store.clone();
    let (bar, progress) = watched("reading")?;
    let created = block_on(async {
        let created = create(source, &destination, &key, now(), progress).await?;
        if key.is_secret() {
            bar.set_message("verifying");
            verify(&destination, &created.archive.name, &key, Progress::default()).await?;
        }
        recorded(&store, &created.archive, now()).await?;
        Ok(created)
    });
    bar.finish_and_clear();
    created
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
fn report(config: &Config, created: &Created, started: Instant) {
    let (name, bytes) = (&created.archive.name, size(created.archive.bytes));
    let seconds = started.elapsed().as_secs_f64();
    println!("{name}: {bytes}, {seconds:.1} s");
    tell(config, &format!("Backup made: {name}, {bytes}, in {seconds:.1} s"));
}

fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}
