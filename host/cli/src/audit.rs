//! `pynomaly audit …`

use crate::exit::Refused;
use clap::Subcommand;
use pynomaly_server::{AuditVerdict, Config};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Walk the whole audit log and find an entry that was removed or edited. Exits with 3 if
    /// there is one.
    Verify,
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    let Command::Verify = command;
    let config = Config::from_env()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match runtime.block_on(pynomaly_server::verify_audit_logs(&config))? {
        AuditVerdict::Whole { entries, unchained } => {
            println!("{entries} entries, none removed or edited");
            if unchained > 0 {
                println!("{unchained} older entries are from before there was a chain");
            }
            Ok(())
        }
        AuditVerdict::Broken { sequence, reason } => {
            Err(Refused(format!("entry {sequence}: {reason}")).into())
        }
    }
}
