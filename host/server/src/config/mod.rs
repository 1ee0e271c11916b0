//! What the environment says, checked before anything starts.

mod backup;
mod breaker;
mod check;
mod file;
mod gate;
mod given;
mod oidc;
mod production;
mod quotas;
mod read;
mod sources;
mod tls;
mod variables;

pub use backup::BackupOptions;
pub use check::{Checked, Setting, Source};
pub use oidc::Oidc;
pub use read::ConfigError;
pub use variables::{VARIABLES, Variable};

use crate::auth::SigningKey;
use crate::cache::CacheOptions;
use crate::limits::Limits;
use crate::plugins::{PluginPolicy, PluginSources};
use crate::proxies::Proxies;
use crate::quota::QuotaOptions;
use crate::tls::TlsFiles;
use crate::vault::Keys;
use pynomaly_store::{Location, PoolOptions, RedisOptions, StoreOptions, Synchronous};
use read::Reader;
use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tracing::level_filters::LevelFilter;
use variables as names;

/// A whole, valid configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which defaults are safe enough.
    pub environment: Environment,
    /// Log lines below this level are not written.
    pub log_level: LevelFilter,
    /// Where to listen; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The certificate to speak TLS with; `None` for plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Who is believed about where a request came from.
    pub(crate) proxies: Proxies,
    /// Where to write the address that was bound.
    pub address_file: Option<PathBuf>,
    /// Holds the database, the compile cache and the generated secret.
    pub data_dir: PathBuf,
    /// Watched for plugins.
    pub plugin_dir: Option<PathBuf>,
    /// Pulled for plugins.
    pub plugin_sources: PluginSources,
    /// What uploads and promotions of plugins have to pass.
    pub plugin_policy: PluginPolicy,
    /// Whether `/metrics` answers.
    pub metrics_enabled: bool,
    /// The database.
    pub database: Database,
    /// What replicas share beside it; `None` where there is one server alone.
    pub redis: Option<RedisOptions>,
    /// Answers that are kept.
    pub cache: CacheOptions,
    /// What callers may use.
    pub quotas: QuotaOptions,
    /// Accounts and tokens.
    pub auth: Auth,
    /// Who else may say who somebody is.
    pub oidc: Option<Oidc>,
    /// Encrypts secrets at rest.
    pub encryption_key: Option<Secret>,
    /// How backups are made; the server does not make them.
    pub backup: BackupOptions,
    /// Bounds on requests.
    pub limits: Limits,
    /// Bounds on plugins.
    pub plugin_limits: pynomaly_engine::Limits,
}

/// Where the program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// On a developer's machine: logs for the eye.
    Development,
    /// Like production, for trying things out.
    Staging,
    /// For real: JSON logs, no weak secret.
    Production,
}

/// Where rows are kept.
#[derive(Debug, Clone)]
pub struct Database {
    /// Which database.
    pub location: Location,
    /// How its connections are kept.
    pub pool: PoolOptions,
    /// What an acknowledged detection survives.
    pub synchronous: Synchronous,
}

/// Accounts and tokens.
#[derive(Debug, Clone)]
pub struct Auth {
    /// Signs access tokens; generated and kept in the data folder if not given.
    pub jwt_secret: Option<Secret>,
    /// What signed them before.
    pub jwt_secret_previous: Option<Secret>,
    /// Signs access tokens in the place of the secret.
    pub jwt_private_key: Option<Secret>,
    /// What signed them before.
    pub jwt_private_key_previous: Option<Secret>,
    /// Address of the first admin.
    pub admin_email: String,
    /// Password of the first admin; drawn and shown once if not given.
    pub admin_password: Option<Secret>,
}

/// A text that no log ever shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub(crate) String);

impl Secret {
    /// Wraps a text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for whoever needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

impl Environment {
    /// Whether weak settings are refused and logs are JSON.
    #[must_use]
    pub fn is_strict(self) -> bool {
        self != Self::Development
    }
}

impl Config {
    /// Reads the process's environment; `docs/configuration.md` lists every variable.
    ///
    /// # Errors
    /// [`ConfigError`] names the variable, its value and what would be right.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_variables(std::env::vars_os())
    }

    /// Reads these names and values.
    ///
    /// # Errors
    /// [`ConfigError`], as [`Self::from_env`].
    pub fn from_variables(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let read = Reader::new(variables)?;
        let environment = read.choice(
            &names::ENVIRONMENT,
            &[
                ("development", Environment::Development),
                ("staging", Environment::Staging),
                ("production", Environment::Production),
            ],
        )?;
        let data_dir = PathBuf::from(read.text(&names::DATA_DIR)?);
        let encryption_key = encryption_key(&read)?;
        Ok(Self {
            environment,
            log_level: log_level(&read)?,
            listen: read.parsed(&names::LISTEN, "an address and port, like 127.0.0.1:8000")?,
            tls: tls::tls(&read)?,
            proxies: proxies(&read)?,
            address_file: read.optional(&names::ADDRESS_FILE)?.map(PathBuf::from),
            plugin_dir: read.optional(&names::PLUGIN_DIR)?.map(PathBuf::from),
            plugin_sources: sources::sources(&read)?,
            metrics_enabled: read.boolean(&names::METRICS_ENABLED)?,
            database: database(&read, environment, &data_dir)?,
            redis: quotas::redis(&read)?,
            cache: quotas::cache(&read)?,
            quotas: quotas::quotas(&read)?,
            auth: auth(&read, environment)?,
            backup: backup::backup(&read)?,
            limits: breaker::breaker(&read, limits(&read)?)?,
            plugin_limits: plugin_limits(&read)?,
            // Last what may want another variable: `check` can go on after all else.
            plugin_policy: plugin_policy(&read, environment, encryption_key.is_some())?,
            oidc: oidc::oidc(&read, environment, encryption_key.is_some())?,
            encryption_key,
            data_dir,
        })
    }

    /// The database as these settings have it.
    #[must_use]
    pub fn store_options(&self) -> StoreOptions {
        StoreOptions {
            location: self.database.location.clone(),
            pool: self.database.pool,
            statement_timeout: self.limits.statement_time_max,
            queue_length: self.limits.detections_unwritten_max,
            synchronous: self.database.synchronous,
        }
    }
}

fn proxies(read: &Reader) -> Result<Proxies, ConfigError> {
    let expected = "addresses and networks separated by commas, like 10.0.0.0/8,::1";
    let given = read.optional(&names::TRUSTED_PROXIES)?.unwrap_or_default();
    given.parse().map_err(|_| read.wrong(&names::TRUSTED_PROXIES, expected))
}

fn log_level(read: &Reader) -> Result<LevelFilter, ConfigError> {
    read.choice(
        &names::LOG_LEVEL,
        &[
            ("error", LevelFilter::ERROR),
            ("warn", LevelFilter::WARN),
            ("warning", LevelFilter::WARN),
            ("info", LevelFilter::INFO),
            ("debug", LevelFilter::DEBUG),
            ("trace", LevelFilter::TRACE),
        ],
    )
}

fn database(
    read: &Reader,
    environment: Environment,
    data_dir: &Path,
) -> Result<Database, ConfigError> {
    let location = match read.optional(&names::DATABASE_URL)? {
        None => Location::Sqlite(data_dir.join("pynomaly.db")),
        Some(url) => location(url).ok_or_else(|| {
            let expected = "sqlite://PATH or postgres://USER:PASSWORD@HOST:PORT/NAME";
            read.wrong(&names::DATABASE_URL, expected)
        })?,
    };
    let synchronous = match read.optional(&names::DATABASE_SYNCHRONOUS)? {
        None if environment.is_strict() => Synchronous::Full,
        None => Synchronous::Normal,
        Some(_) => read.choice(
            &names::DATABASE_SYNCHRONOUS,
            &[("normal", Synchronous::Normal), ("full", Synchronous::Full)],
        )?,
    };
    Ok(Database { location, pool: pool(read)?, synchronous })
}

fn location(url: String) -> Option<Location> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        return Some(Location::Sqlite(path.strip_prefix("//").unwrap_or(path).into()));
    }
    let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
    is_postgres.then_some(Location::Postgres(url))
}

fn pool(read: &Reader) -> Result<PoolOptions, ConfigError> {
    let size = read.integer(&names::DATABASE_POOL_SIZE, 1, 1000)?;
    let overflow = read.integer(&names::DATABASE_MAX_OVERFLOW, 0, 1000)?;
    let seconds = |variable| read.integer(variable, 1, 86_400).map(Duration::from_secs);
    Ok(PoolOptions {
        connections_max: u32::try_from(size + overflow).unwrap_or(u32::MAX),
        timeout: seconds(&names::DATABASE_POOL_TIMEOUT)?,
        recycle: seconds(&names::DATABASE_POOL_RECYCLE)?,
        pre_ping: read.boolean(&names::DATABASE_POOL_PRE_PING)?,
    })
}

fn auth(read: &Reader, environment: Environment) -> Result<Auth, ConfigError> {
    let secret = |variable| {
        let given = read.optional(variable)?;
        given.map_or(Ok(None), |secret| {
            let verdict = crate::auth::secret::check(&secret, environment);
            verdict.map_err(|expected| read.wrong(variable, expected))?;
            Ok(Some(Secret(secret)))
        })
    };
    let private_key = |variable| {
        let given = read.optional(variable)?;
        let is_key = |pem: &String| SigningKey::ed25519(pem).is_some();
        let expected = "an Ed25519 key in PEM; `openssl genpkey -algorithm ed25519` prints one";
        match given {
            Some(pem) if !is_key(&pem) => Err(read.wrong(variable, expected)),
            given => Ok(given.map(Secret)),
        }
    };
    Ok(Auth {
        jwt_secret: secret(&names::JWT_SECRET)?,
        jwt_secret_previous: secret(&names::JWT_SECRET_PREVIOUS)?,
        jwt_private_key: private_key(&names::JWT_PRIVATE_KEY)?,
        jwt_private_key_previous: private_key(&names::JWT_PRIVATE_KEY_PREVIOUS)?,
        admin_email: read.text(&names::ADMIN_EMAIL)?,
        admin_password: read.optional(&names::ADMIN_PASSWORD)?.map(Secret),
    })
}

fn encryption_key(read: &Reader) -> Result<Option<Secret>, ConfigError> {
    let given = read.optional(&names::ENCRYPTION_KEY)?;
    if given.as_ref().is_some_and(|text| text.parse::<Keys>().is_err()) {
        let expected = "32 bytes in hexadecimal or base64; `openssl rand -hex 32` prints some";
        return Err(read.wrong(&names::ENCRYPTION_KEY, expected));
    }
    Ok(given.map(Secret))
}

fn keeps_captures(
    read: &Reader,
    environment: Environment,
    has_key: bool,
) -> Result<bool, ConfigError> {
    let keeps = read.boolean(&names::CAPTURE)?;
    if keeps && environment.is_strict() && !has_key {
        let expected = "set, because PYNOMALY_CAPTURE is and what is kept is encrypted";
        return Err(read.wrong(&names::ENCRYPTION_KEY, expected));
    }
    Ok(keeps)
}

fn limits(read: &Reader) -> Result<Limits, ConfigError> {
    let bytes = read.integer(&names::MAX_REQUEST_SIZE, 1024, 1 << 30)?;
    let body_bytes_max = size(bytes);
    let seconds = read.integer(&names::REQUEST_TIMEOUT, 1, 3600)?;
    let defaults = Limits::default();
    Ok(Limits {
        body_bytes_max,
        // One body of the permitted size always fits.
        bodies_bytes_max: defaults.bodies_bytes_max.max(body_bytes_max),
        drain_bytes_max: defaults.drain_bytes_max.max(body_bytes_max),
        request_time_max: Duration::from_secs(seconds),
        shadow_queue_max: size(read.integer(&names::SHADOW_QUEUE, 1, 100_000)?),
        shadow_queue_bytes_max: size(read.integer(&names::SHADOW_QUEUE_BYTES, 1024, 64 << 30)?),
        capture_age_max: Duration::from_secs(read.integer(&names::CAPTURE_DAYS, 1, 365)? * 86_400),
        history_age_max: read
            .optional_integer(&names::HISTORY_DAYS, 1, 36_500)?
            .map(|days| Duration::from_secs(days * 86_400)),
        history_count_max: read.optional_integer(&names::HISTORY_COUNT, 1, 1_000_000_000_000)?,
        ..defaults
    })
}

fn plugin_policy(
    read: &Reader,
    environment: Environment,
    has_key: bool,
) -> Result<PluginPolicy, ConfigError> {
    let policy = PluginPolicy {
        is_signature_needed: environment == Environment::Production,
        unsigned: read.optional(&names::UNSIGNED_PLUGINS)?.unwrap_or_default(),
        is_self_tested: read.boolean(&names::SELF_TEST)?,
        gate: gate::policy(read, environment)?,
        keeps_captures: keeps_captures(read, environment, has_key)?,
    };
    // Somebody has to vouch for what serves: the self-test, or the owner of a trusted key.
    if policy.is_signature_needed && !policy.unsigned.is_empty() && !policy.is_self_tested {
        let expected = "true in production, as long as PYNOMALY_UNSIGNED_PLUGINS is set";
        return Err(read.wrong(&names::SELF_TEST, expected));
    }
    Ok(policy)
}

fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;

fn plugin_limits(read: &Reader) -> Result<pynomaly_engine::Limits, ConfigError> {
    let millis = read.integer(&names::PLUGIN_WALL_MAX_MS, 10, 3_600_000)?;
    let memory = read.integer(&names::PLUGIN_MEMORY_MAX, 1 << 20, 1 << 32)?;
    let seconds = |variable| read.integer(variable, 1, 3_600).map(Duration::from_secs);
    Ok(pynomaly_engine::Limits {
        fuel_max: read.integer(&names::PLUGIN_FUEL_MAX, 1_000_000, 1_000_000_000_000_000)?,
        wall_max: Duration::from_millis(millis),
        memory_bytes_max: usize::try_from(memory).unwrap_or(usize::MAX),
        compile_wall_max: seconds(&names::COMPILE_WALL_MAX)?,
        compile_cpu_max: seconds(&names::COMPILE_CPU_MAX)?,
        compile_memory_bytes_max: read.integer(&names::COMPILE_MEMORY_MAX, 1 << 28, 1 << 40)?,
        compiles_max: size(read.integer(&names::COMPILES_MAX, 1, 64)?),
        ..pynomaly_engine::Limits::default()
    })
}
