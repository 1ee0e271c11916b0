//! `pynomaly user …`

use clap::Subcommand;

#[derive(Subcommand)]
pub(crate) enum Command {}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match *command {}
}
