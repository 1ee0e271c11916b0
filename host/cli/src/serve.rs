//! `pynomaly serve`

pub(crate) fn run() -> anyhow::Result<()> {
    let config = pynomaly_server::Config::from_env()?;
    pynomaly_server::init_logging(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(pynomaly_server::serve(config))?;
    Ok(())
}
