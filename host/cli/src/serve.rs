//! `pynomaly serve`

use std::time::Duration;

/// Time for threads that still compute, after every request has been answered or given up.
const LAST_WAIT: Duration = Duration::from_secs(1);

pub(crate) fn run() -> anyhow::Result<()> {
    let config = pynomaly_server::Config::from_env()?;
    pynomaly_server::init_logging(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let compiler = crate::compile::compiler(&config.data_dir)?;
    let outcome = runtime.block_on(pynomaly_server::serve(config, compiler));
    // A native computation cannot be cancelled; whoever asked for it is gone by now.
    runtime.shutdown_timeout(LAST_WAIT);
    Ok(outcome?)
}
