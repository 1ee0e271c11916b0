//! The parts of the server, in the order in which they need each other.

use super::ServeError;
use crate::accounts::{Created, Maker, NewAccount};
use crate::audit::Actor;
use crate::auth::oidc::Provider;
use crate::auth::{SigningKey, Tokens, secret};
use crate::cache::Answers;
use crate::clock::Clock;
use crate::config::{Auth, Config, Secret};
use crate::quota::Quotas;
use crate::random::Random;
use crate::state::{App, Parts};
use crate::tls::Tls;
use crate::vault::{self, Vault};
use pynomaly_engine::{Compiler, Engine, Sandbox};
use pynomaly_store::{HOME_TENANT, Redis, RedisOptions, Role, Store, StoreError};
use std::io::Write;
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The file of [`server_name`].
const SERVER_NAME: &str = "server_name";

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
pub(super) async fn app(
    config: &Config,
    compiler: Compiler,
    stopping: CancellationToken,
) -> Result<App, ServeError> {
    let random = Random::from_system().map_err(ServeError::Random)?;
    let tokens = tokens(config, &random)?;
    let vault = vault(config, &random)?;
    let store = Store::open(&config.store_options()).await.map_err(ServeError::Store)?;
    let redis = redis(config).await.map_err(ServeError::Store)?;
    let cache = config.data_dir.join("compiled");
    let sandbox = Sandbox::new(config.plugin_limits.clone(), Some(cache))
        .map_err(|error| ServeError::Sandbox(error.to_string()))?;
    let server_name = server_name(config, &random)?;
    let replica_id = random.id(Clock::System.now());
    let parts = Parts {
        engine: Engine::new(sandbox.with_compiler(compiler)),
        store,
        clock: Clock::System,
        tokens,
        vault,
        oidc: oidc(config)?,
        random,
        answers: Answers::new(config.cache, redis.clone(), &config.limits),
        quotas: Quotas::new(config.quotas, redis, &config.limits),
        metrics_enabled: config.metrics_enabled,
        plugin_policy: config.plugin_policy.clone(),
        replica_id,
        server_name,
        limits: config.limits.clone(),
    };
    App::new(parts, stopping).map_err(|error| ServeError::Metrics(error.to_string()))
}

/// What this server calls itself in the database: drawn once, and kept in the data folder.
fn server_name(config: &Config, random: &Random) -> Result<String, ServeError> {
    let name = secret::load(None, &config.data_dir, SERVER_NAME, random);
    let name = name.map_err(|error| ServeError::Secret(error.to_string()))?;
    Ok(String::from_utf8_lossy(&name).into_owned())
}

/// The keys of access tokens: of the environment, or made once.
fn tokens(config: &Config, random: &Random) -> Result<Tokens, ServeError> {
    let Auth { jwt_secret, jwt_private_key, .. } = &config.auth;
    let current = match jwt_private_key {
        Some(key) => ed25519(key)?,
        None => {
            let file = secret::JWT_SECRET;
            let secret = secret::load(jwt_secret.as_ref(), &config.data_dir, file, random);
            SigningKey::hmac(&secret.map_err(|error| ServeError::Secret(error.to_string()))?)
        }
    };
    let Auth { jwt_secret_previous, jwt_private_key_previous, .. } = &config.auth;
    let mut previous = Vec::new();
    previous.extend(jwt_secret_previous.as_ref().map(|it| SigningKey::hmac(it.0.as_bytes())));
    previous.extend(jwt_private_key_previous.as_ref().map(ed25519).transpose()?);
    Ok(Tokens::new(current, previous))
}

fn ed25519(Secret(pem): &Secret) -> Result<SigningKey, ServeError> {
    let key = SigningKey::ed25519(pem);
    key.ok_or_else(|| ServeError::Secret("a private key is not Ed25519 in PEM".into()))
}

/// The keys of secrets at rest.
pub(super) fn vault(config: &Config, random: &Random) -> Result<Vault, ServeError> {
    let given = config.encryption_key.as_ref();
    let keys = vault::load(given, config.environment, &config.data_dir, random);
    Ok(Vault::new(&keys.map_err(|error| ServeError::EncryptionKey(error.to_string()))?))
}

fn oidc(config: &Config) -> Result<Option<Provider>, ServeError> {
    let provider = |settings| Provider::new(settings, &config.limits);
    config.oidc.clone().map(provider).transpose().map_err(ServeError::Oidc)
}

/// Shows how the certificate fares, and follows its files.
pub(super) fn certificate(
    app: &App,
    tls: Option<&Arc<Tls>>,
) -> Result<Option<JoinHandle<()>>, ServeError> {
    let Some(tls) = tls else { return Ok(None) };
    let shown = tls.metrics.register(app.metrics.registry());
    shown.map_err(|error| ServeError::Metrics(error.to_string()))?;
    Ok(Some(tls.follow(app.limits.certificate_look_every, app.stopping.clone())))
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
    let created = maker.create(account).await.map_err(ServeError::FirstAdmin)?;
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
