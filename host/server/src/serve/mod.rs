//! From a configuration to a running server, and back to silence.

mod backups;
mod boot;
mod error;
mod fuel;
pub(crate) mod housekeeping;
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
use crate::tls::Tls;
use crate::vault::{self, Rotated};
use pynomaly_engine::Compiler;
use pynomaly_store::{AuditVerdict, Store};
use std::sync::Arc;

/// Serves until SIGTERM or SIGINT, then finishes what is in flight and closes the database. Plugins
/// are compiled by `compiler`.
///
/// # Errors
/// [`ServeError`] names the step of the start that failed, or what is unsafe in production.
pub async fn serve(config: Config, compiler: Compiler) -> Result<(), ServeError> {
    let found = config.unsafe_in_production();
    if !found.is_empty() {
        return Err(ServeError::Unsafe(found));
    }
    let stopping = signals::stopping().map_err(ServeError::Signals)?;
    let tls = config.tls.clone().map(Tls::open).transpose().map_err(ServeError::Tls)?.map(Arc::new);
    boot::data_dir(&config)?;
    let app = Arc::new(boot::app(&config, compiler, stopping.clone()).await?);
    boot::first_admin(&app, &config.auth).await?;
    let listener = listen::bind(config.listen, config.address_file.as_deref(), &tls).await?;
    let certificate = boot::certificate(&app, tls.as_ref())?;
    let fuel = fuel::flush_now_and_then(&app);
    let plugins = plugins::start(&app, config.plugin_dir, config.plugin_sources)?;
    let housekeeping = housekeeping::start(&app);
    let backups = backups::watch(&app);
    let shadow = crate::plugins::start(&app).map_err(ServeError::Thread)?;
    listen::run(listener, Arc::clone(&app), config.proxies, tls).await;
    // Nobody waits for them any more.
    app.engine.sandbox().end_compilations();
    plugins.end().await;
    shadow.end().await;
    // They end by themselves; a panic in there is in the log already.
    let _ = housekeeping.await;
    let _ = backups.await;
    if let Some(certificate) = certificate {
        let _ = certificate.await;
    }
    fuel.end().await;
    app.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Brings the database of `config` up to the schema of this version; where it is there already,
/// nothing changes. Servers of the version before go on meanwhile.
///
/// # Errors
/// [`ServeError::Store`] where the database cannot be reached, or a migration fails.
pub async fn migrate(config: &Config) -> Result<(), ServeError> {
    boot::data_dir(config)?;
    let store = Store::open(&config.store_options()).await.map_err(ServeError::Store)?;
    store.close().await;
    Ok(())
}

/// Walks the audit log of the database of `config`, with or without a server running on it.
///
/// # Errors
/// [`ServeError::Store`] where it cannot be read.
pub async fn verify_audit_logs(config: &Config) -> Result<AuditVerdict, ServeError> {
    boot::data_dir(config)?;
    let store = Store::open(&config.store_options()).await.map_err(ServeError::Store)?;
    let verdict = store.verify_audit_logs().await;
    store.close().await;
    verdict.map_err(ServeError::Store)
}

/// Makes an account in the database of `config`, with or without a server running on it.
///
/// # Errors
/// [`ServeError::Account`] says what is wrong with the account; others, with the database.
pub async fn create_user(config: &Config, account: NewAccount) -> Result<Created, ServeError> {
    boot::data_dir(config)?;
    let store = Store::open(&config.store_options()).await.map_err(ServeError::Store)?;
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

/// Encrypts every secret in the database of `config` under the first of its keys, with or without
/// servers running on it, which have to know that key by then.
///
/// # Errors
/// [`ServeError::Rotate`] without a key, or where the database fails on the way.
pub async fn rotate_secrets(config: &Config) -> Result<Rotated, ServeError> {
    boot::data_dir(config)?;
    let random = Random::from_system().map_err(ServeError::Random)?;
    let vault = boot::vault(config, &random)?;
    let store = Store::open(&config.store_options()).await.map_err(ServeError::Store)?;
    let actor = Actor::local("pynomaly secrets rotate", Clock::System.now());
    let rotated = vault::rotate(&store, &vault, &random, &actor).await;
    store.close().await;
    rotated.map_err(|error| ServeError::Rotate(error.to_string()))
}
