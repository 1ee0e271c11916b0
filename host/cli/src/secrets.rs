//! `pynomaly secrets …`

use anyhow::bail;
use clap::Subcommand;
use pynomaly_server::{Config, Rotated};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Encrypt every secret in the database under the first key of ENCRYPTION_KEY.
    ///
    /// To change the key: set ENCRYPTION_KEY=NEW,OLD on every server and restart them; run this
    /// with the same setting; set ENCRYPTION_KEY=NEW.
    Rotate,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Rotate => rotate(),
    }
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
fn rotate() -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let rotated = runtime.block_on(pynomaly_server::rotate_secrets(&config))?;
    let Rotated { encrypted_anew, current, unreadable } = rotated;
    println!("encrypted anew: {encrypted_anew}, under the first key already: {current}");
    if unreadable > 0 {
        bail!("{unreadable} secrets cannot be decrypted by any key of ENCRYPTION_KEY");
    }
    Ok(())
}
