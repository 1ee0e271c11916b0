//! The parts of the server, in the order in which they need each other.

use super::ServeError;
use crate::accounts::{Created, Maker, NewAccount};
use crate::audit::Actor;
use crate::auth::{Tokens, secret};
use crate::cache::Answers;
use crate::clock::Clock;
use crate::config::{Auth, Config, Secret};
use crate::quota::Quotas;
use crate::random::Random;
use crate::state::{App, Parts};
use pynomaly_engine::{Engine, Sandbox};
use pynomaly_store::{HOME_TENANT, Redis, RedisOptions, Role, Store, StoreError, StoreOptions};
use std::io::Write;
use tokio_util::sync::CancellationToken;

/// Makes the data folder, for its owner alone.
pub(super) fn data_dir(config: &Config) -> Result<(), ServeError> {
    let path = &config.data_dir;
    let mut folder = std::fs::DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(path).map_err(|source| ServeError::DataDir { path: path.clone(), source })
}

/// Everything that handlers share.
pub(super) async fn app(config: &Config, stopping: CancellationToken) -> Result<App, ServeError> {
    let random = Random::from_system().map_err(ServeError::Random)?;
    let secret = secret::load(config.auth.jwt_secret.as_ref(), &config.data_dir, &random);
    let secret = secret.map_err(|error| ServeError::Secret(error.to_string()))?;
    let store = Store::open(&store_options(config)).await.map_err(ServeError::Store)?;
    let redis = redis(config).await.map_err(ServeError::Store)?;
    let cache = config.data_dir.join("compiled");
    let sandbox = Sandbox::new(config.plugin_limits.clone(), Some(cache))
        .map_err(|error| ServeError::Sandbox(error.to_string()))?;
    let parts = Parts {
        engine: Engine::new(sandbox),
        store,
        clock: Clock::System,
        tokens: Tokens::new(&secret),
        random,
        answers: Answers::new(config.cache, redis.clone(), &config.limits),
        quotas: Quotas::new(config.quotas, redis, &config.limits),
        metrics_enabled: config.metrics_enabled,
        limits: config.limits.clone(),
    };
    App::new(parts, stopping).map_err(|error| ServeError::Metrics(error.to_string()))
}

/// What replicas share beside the database.
async fn redis(config: &Config) -> Result<Option<Redis>, StoreError> {
    let Some(options) = &config.redis else { return Ok(None) };
    let answer_time_max = config.limits.redis_time_max;
    let redis = Redis::open(RedisOptions { answer_time_max, ..options.clone() }).await?;
    if !redis.is_connected() {
        tracing::warn!("Redis does not answer; going on without it");
    }
    Ok(Some(redis))
}

pub(super) fn store_options(config: &Config) -> StoreOptions {
    let database = &config.database;
    StoreOptions {
        location: database.location.clone(),
        pool: database.pool,
        statement_timeout: config.limits.statement_time_max,
        queue_length: config.limits.detections_unwritten_max,
        synchronous: database.synchronous,
    }
}

/// Makes an admin where there is no user yet.
pub(super) async fn first_admin(app: &App, auth: &Auth) -> Result<(), ServeError> {
    if app.store.any_user().await.map_err(ServeError::Store)? {
        return Ok(());
    }
    let maker = Maker {
        store: &app.store,
        passwords: &app.passwords,
        random: &app.random,
        actor: Actor::local("first start", app.clock.now()),
    };
    let account = NewAccount {
        tenant_id: HOME_TENANT,
        email: auth.admin_email.clone(),
        password: auth.admin_password.clone().map(|Secret(password)| password),
        role: Role::Admin,
    };
    let created = maker.create(account).await.map_err(ServeError::Account)?;
    tracing::info!(email = created.email, "made the first admin");
    show_password(&created);
    Ok(())
}

/// To standard output, which is not the log: logs are kept and sent around.
fn show_password(created: &Created) {
    if let Some(password) = &created.password {
        let text = format!(
            "The first admin is {}, password {password}\nIt is not shown again.\n",
            created.email
        );
        // Without a standard output nobody is looking.
        let _ = std::io::stdout().write_all(text.as_bytes());
    }
}
