//! From a configuration to a running server, and back to silence.

mod boot;
mod error;
mod fuel;
mod listen;
mod plugins;
mod signals;

pub use error::ServeError;

use crate::accounts::{AccountError, Created, Maker, NewAccount};
use crate::audit::Actor;
use crate::auth::Passwords;
use crate::clock::Clock;
use crate::config::Config;
use crate::random::Random;
use pynomaly_store::Store;
use std::sync::Arc;

/// Serves until SIGTERM or SIGINT, then finishes what is in flight and closes the database.
///
/// # Errors
/// [`ServeError`] names the step of the start that failed.
pub async fn serve(config: Config) -> Result<(), ServeError> {
    let stopping = signals::stopping().map_err(ServeError::Signals)?;
    boot::data_dir(&config)?;
    let app = Arc::new(boot::app(&config, stopping.clone()).await?);
    boot::first_admin(&app, &config.auth).await?;
    let listener = listen::bind(config.listen, config.address_file.as_deref()).await?;
    let fuel = fuel::flush_now_and_then(&app);
    let plugins = plugins::watch(&app, config.plugin_dir)?;
    listen::run(listener, Arc::clone(&app)).await;
    plugins.end().await;
    fuel.end().await;
    app.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Makes an account in the database of `config`, with or without a server running on it.
///
/// # Errors
/// [`ServeError::Account`] says what is wrong with the account; others, with the database.
pub async fn create_user(config: &Config, account: NewAccount) -> Result<Created, ServeError> {
    boot::data_dir(config)?;
    let store = Store::open(&boot::store_options(config)).await.map_err(ServeError::Store)?;
    let maker = Maker {
        store: &store,
        passwords: &Passwords::new(&config.limits),
        random: &Random::from_system().map_err(ServeError::Random)?,
        actor: Actor::local("pynomaly user create", Clock::System.now()),
    };
    let created: Result<Created, AccountError> = maker.create(account).await;
    store.close().await;
    created.map_err(ServeError::Account)
}
