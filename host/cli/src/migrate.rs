//! `pynomaly migrate`

use pynomaly_server::Config;

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(crate) fn run() -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(pynomaly_server::migrate(&config))?;
    println!("the database has the schema of this version");
    Ok(())
}
