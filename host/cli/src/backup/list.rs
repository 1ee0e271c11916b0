//! `pynomaly backup list`

use super::{Place, block_on, size};
use pynomaly_backup::list;
use pynomaly_server::Config;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let destination = arguments.place.open(&Config::from_env()?.backup)?;
    for archive in block_on(list(&destination))? {
        println!("{}  {}", archive.name, size(archive.bytes));
    }
    Ok(())
}
