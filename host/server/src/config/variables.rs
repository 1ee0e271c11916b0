//! Every environment variable there is; `docs/configuration.md` is written from this list.

/// One environment variable.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Its value where it is not set; `None` where absence means something itself.
    pub default: Option<&'static str>,
    /// What it does.
    pub doc: &'static str,
    /// Whether its value is never shown, and may come from the file that `NAME_FILE` names.
    pub is_secret: bool,
}

impl Variable {
    /// What names the file that holds its value, where it is a secret.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}_FILE", self.name)
    }
}

macro_rules! variables {
    (@is_secret) => { false };
    (@is_secret secret) => { true };
    ($($id:ident = $name:literal, $default:expr, $doc:literal $(, $secret:ident)?;)*) => {
        $(pub(super) const $id: Variable = Variable {
            name: $name,
            default: $default,
            doc: $doc,
            is_secret: variables!(@is_secret $($secret)?),
        };)*

        /// All of them, in the order of the documentation.
        pub const VARIABLES: &[Variable] = &[$($id),*];
    };
}

variables! {
    ENVIRONMENT = "ENVIRONMENT", Some("development"),
        "`development`, `staging` or `production`. The latter two log JSON and refuse a weak `JWT_SECRET`. In production the server refuses to serve with a secret that is a default or a placeholder, or without a `JWT_SECRET` on Postgres.";
    LOG_LEVEL = "LOG_LEVEL", Some("info"),
        "`error`, `warn`, `info`, `debug` or `trace`, in any case.";
    LISTEN = "PYNOMALY_LISTEN", Some("127.0.0.1:8000"),
        "Address and port. Port 0 takes a free one and logs it. In production only an address of this machine alone, unless `PYNOMALY_TRUSTED_PROXIES` names the proxy in front.";
    ADDRESS_FILE = "PYNOMALY_ADDRESS_FILE", None,
        "A file to write the bound address to, once connections are accepted.";
    TLS_CERTIFICATE = "PYNOMALY_TLS_CERTIFICATE", None,
        "File of the server's certificate in PEM, followed by those up to the authority. With it and its key the server speaks TLS 1.2 and 1.3 itself; files that change serve within seconds (docs/operations.md).";
    TLS_KEY = "PYNOMALY_TLS_KEY", None,
        "File of that certificate's private key in PEM.";
    DATA_DIR = "PYNOMALY_DATA_DIR", Some("./data"),
        "Folder of the database, the compile cache and the generated secrets.";
    TRUSTED_PROXIES = "PYNOMALY_TRUSTED_PROXIES", None,
        "Addresses and networks of the proxies in front of the server, separated by commas: `10.0.0.0/8,::1`. Only they are believed what `X-Forwarded-For` says about where a request came from.";
    PLUGIN_DIR = "PYNOMALY_PLUGIN_DIR", None,
        "Folder that is watched for `*.wasm` plugins: a file that comes is uploaded and promoted, one that goes is retired (docs/plugins.md).";
    PLUGIN_SOURCES = "PYNOMALY_PLUGIN_SOURCES", None,
        "Plugins in OCI registries, separated by commas, each by digest: `registry.example.com/acme/knn@sha256:…`. Each is pulled in the background, uploaded and promoted, once (docs/plugins.md).";
    REGISTRY_USERNAME = "PYNOMALY_REGISTRY_USERNAME", None,
        "Who asks the registry of `PYNOMALY_PLUGIN_SOURCES`, of which there may then be one alone.";
    REGISTRY_PASSWORD = "PYNOMALY_REGISTRY_PASSWORD", None,
        "That user's password or token.", secret;
    DOCKER_CONFIG = "DOCKER_CONFIG", None,
        "Folder of the `config.json` that has the credentials of registries otherwise, under `auths`. Without it `.docker` in the home folder.";
    UNSIGNED_PLUGINS = "PYNOMALY_UNSIGNED_PLUGINS", None,
        "Names of plugins that need no signature in production, separated by commas, with `*` for any characters; `*` alone is no name, and refused. Elsewhere none needs one.";
    SELF_TEST = "PYNOMALY_SELF_TEST", Some("true"),
        "Whether a plugin has to keep its promises on data of the server's own before it is taken in, for up to 30 s (docs/conformance.md). In production it may be `false` only where every plugin needs a signature: without `PYNOMALY_UNSIGNED_PLUGINS`.";
    BREAKER = "PYNOMALY_BREAKER", Some("true"),
        "Whether a plugin that fails too often is not called for a while (docs/plugins.md).";
    BREAKER_WINDOW = "PYNOMALY_BREAKER_WINDOW", Some("60"),
        "Seconds that its calls count back, 1 to 86,400.";
    BREAKER_CALLS = "PYNOMALY_BREAKER_CALLS", Some("10"),
        "Calls in that time below which the share of faults says nothing, 1 to 1,000,000.";
    BREAKER_FAULTS = "PYNOMALY_BREAKER_FAULTS", Some("50"),
        "Percent of calls that are faults of the plugin from which it is not called, 1 to 100.";
    BREAKER_FAILURES = "PYNOMALY_BREAKER_FAILURES", Some("20"),
        "Traps and broken contracts in that time from which it is not called, whatever their share, 1 to 10^9.";
    BREAKER_PAUSE = "PYNOMALY_BREAKER_PAUSE", Some("5"),
        "Seconds until one call tries whether it is well again, 1 to 86,400; each failed try doubles them.";
    BREAKER_PAUSE_MAX = "PYNOMALY_BREAKER_PAUSE_MAX", Some("300"),
        "Seconds of the longest pause, 1 to 86,400; at least the first.";
    GATE = "PYNOMALY_GATE", None,
        "Which promotions of plugins have to pass the gate (docs/plugins.md) where another version is active: `required`, all; `shadow`, those of versions in shadow; `off`, none. Without it `required` in production and `shadow` elsewhere.";
    GATE_REQUESTS_MIN = "PYNOMALY_GATE_REQUESTS_MIN", Some("100"),
        "Requests that both versions were asked, at least, 2 to 10^12.";
    GATE_RANK_CORRELATION_MIN = "PYNOMALY_GATE_RANK_CORRELATION_MIN", Some("0.95"),
        "Spearman's correlation of their scores, at least, -1 to 1.";
    GATE_OVERLAP_MIN = "PYNOMALY_GATE_OVERLAP_MIN", Some("0.8"),
        "Rows flagged by both in parts of those flagged by either, at least, 0 to 1.";
    GATE_POPULATION_STABILITY_MAX = "PYNOMALY_GATE_POPULATION_STABILITY_MAX", Some("0.25"),
        "Population stability index of the scores, at most, 0 to 1000.";
    GATE_ERROR_EXCESS_MAX = "PYNOMALY_GATE_ERROR_EXCESS_MAX", Some("0.05"),
        "Share of requests without an answer beyond that of the active version, at most, 0 to 1.";
    GATE_FUEL_RATIO_MAX = "PYNOMALY_GATE_FUEL_RATIO_MAX", Some("2"),
        "Fuel in parts of the active version's, at most, 0 to 1,000,000.";
    GATE_LATENCY_RATIO_MAX = "PYNOMALY_GATE_LATENCY_RATIO_MAX", Some("2"),
        "Time in parts of the active version's, at most, 0 to 1,000,000.";
    SHADOW_QUEUE = "PYNOMALY_SHADOW_QUEUE", Some("256"),
        "Requests that wait to be computed by versions in shadow, 1 to 100,000; more are dropped.";
    SHADOW_QUEUE_BYTES = "PYNOMALY_SHADOW_QUEUE_BYTES", Some("67108864"),
        "Bytes of them, 1 KiB to 64 GiB.";
    CAPTURE = "PYNOMALY_CAPTURE", Some("false"),
        "Whether calls of plugins that trapped, ran into a limit or broke the contract are kept with their rows, encrypted, for who mends the plugin (docs/plugins.md). It needs `ENCRYPTION_KEY`.";
    CAPTURE_DAYS = "PYNOMALY_CAPTURE_DAYS", Some("7"),
        "Days that they are kept, 1 to 365.";
    PLUGIN_FUEL_MAX = "PYNOMALY_PLUGIN_FUEL_MAX", Some("100000000000"),
        "Fuel of one plugin call, about one unit per instruction, 1,000,000 to 10^15.";
    PLUGIN_WALL_MAX_MS = "PYNOMALY_PLUGIN_WALL_MAX_MS", Some("30000"),
        "Milliseconds of one call of a detector, 10 to 3,600,000.";
    PLUGIN_MEMORY_MAX = "PYNOMALY_PLUGIN_MEMORY_MAX", Some("268435456"),
        "Bytes of memory of one plugin instance, 1 MiB to 4 GiB.";
    COMPILES_MAX = "PYNOMALY_COMPILES_MAX", Some("2"),
        "Plugins that are compiled at the same time, each in a process of low priority, 1 to 64.";
    COMPILE_CPU_MAX = "PYNOMALY_COMPILE_CPU_MAX", Some("60"),
        "Seconds of processor time of one compilation, 1 to 3,600.";
    COMPILE_WALL_MAX = "PYNOMALY_COMPILE_WALL_MAX", Some("300"),
        "Seconds that it may take on a busy machine, and may wait for its turn, 1 to 3,600.";
    COMPILE_MEMORY_MAX = "PYNOMALY_COMPILE_MEMORY_MAX", Some("1073741824"),
        "Bytes of address space of its process, 256 MiB to 1 TiB. A component of Python needs some 600 MiB.";
    METRICS_ENABLED = "PROMETHEUS_METRICS_ENABLED", Some("true"),
        "Whether `GET /metrics` answers.";
    DATABASE_URL = "DATABASE_URL", None,
        "`sqlite://PATH` or `postgres://USER:PASSWORD@HOST:PORT/NAME`. Without it the SQLite file `pynomaly.db` in the data folder. With Postgres any number of servers share it.", secret;
    DATABASE_POOL_SIZE = "DATABASE_POOL_SIZE", Some("4"),
        "Database connections, 1 to 1000.";
    DATABASE_MAX_OVERFLOW = "DATABASE_MAX_OVERFLOW", Some("0"),
        "More of them under load, 0 to 1000.";
    DATABASE_POOL_TIMEOUT = "DATABASE_POOL_TIMEOUT", Some("5"),
        "Seconds that a request waits for a connection, 1 to 86,400; then it is answered 503.";
    DATABASE_POOL_RECYCLE = "DATABASE_POOL_RECYCLE", Some("3600"),
        "Seconds after which a connection to Postgres is replaced, 1 to 86,400.";
    DATABASE_POOL_PRE_PING = "DATABASE_POOL_PRE_PING", Some("true"),
        "Whether a connection to Postgres is tried before it is used.";
    DATABASE_SYNCHRONOUS = "DATABASE_SYNCHRONOUS", None,
        "What an acknowledged detection survives: `full`, a power cut, for one wait for the disk per batch; `normal`, the end of the process however sudden. Without it `normal` in development and `full` elsewhere. Users and sessions are always written as `full`.";
    REDIS_URL = "REDIS_URL", None,
        "`redis://USER:PASSWORD@HOST:PORT/NUMBER`, or `rediss://` for TLS; `redis+sentinel://USER:PASSWORD@HOST:PORT,HOST:PORT/SERVICE/NUMBER` where sentinels at these addresses, asked without a password, say where it is. What several servers on one Postgres share beside it: limits of requests, and answers. Without it each server has its own.", secret;
    REDIS_MAX_CONNECTIONS = "REDIS_MAX_CONNECTIONS", Some("1"),
        "Connections to Redis, 1 to 64. One carries any number of questions at the same time, so that more are of use only where one core of the network is not enough.";
    REDIS_CONNECTION_POOL_TIMEOUT = "REDIS_CONNECTION_POOL_TIMEOUT", Some("5"),
        "Seconds that making a connection to Redis may take, 1 to 60. Requests never wait for one: without Redis they are served by what the server itself has.";
    RATE_LIMIT_ENABLED = "RATE_LIMIT_ENABLED", Some("true"),
        "Whether requests are limited: of a user or API key, of an organisation, and of an address where nobody is logged in. `/health`, `/ready` and `/metrics` never are.";
    RATE_LIMIT_REQUESTS = "RATE_LIMIT_REQUESTS", Some("1000"),
        "Requests that a caller regains in a window, 1 to 10^9. An organisation regains ten times as many, or what its own quota says.";
    RATE_LIMIT_WINDOW = "RATE_LIMIT_WINDOW", Some("3600"),
        "Seconds of that window, 1 to 86,400.";
    RATE_LIMIT_BURST = "RATE_LIMIT_BURST", Some("100"),
        "Requests that a caller who has been quiet may make at once, 1 to 10^9; an organisation, ten times as many.";
    FUEL_PER_DAY = "PYNOMALY_FUEL_PER_DAY", None,
        "Fuel that the plugins of an organisation may burn in a day, UTC; its own quota takes the place of it. Without it as much as they like.";
    CACHE_DEFAULT_TIMEOUT = "CACHE_DEFAULT_TIMEOUT", Some("300"),
        "Seconds for which the answer of a detection with a seed is kept, 0 to 86,400; 0 for not at all. Who asks the same again gets it, with an `Age`, unless `Cache-Control: no-cache` comes with the request.";
    CACHE_MAX_ENTRIES = "CACHE_MAX_ENTRIES", Some("10000"),
        "Answers kept in memory, 1 to 10,000,000.";
    MEMORY_CACHE_SIZE_MB = "MEMORY_CACHE_SIZE_MB", Some("64"),
        "MiB of them, 1 to 1,048,576. With `REDIS_URL` those up to 1 MiB are there too, for all servers.";
    JWT_SECRET = "JWT_SECRET", None,
        "Signs access tokens; at least 32 bytes, not of few different characters, unless in development. Without it a random one is made once and kept in the data folder.", secret;
    JWT_SECRET_PREVIOUS = "JWT_SECRET_PREVIOUS", None,
        "The `JWT_SECRET` before this one: tokens that it signed still count. To be dropped half an hour after a change.", secret;
    JWT_PRIVATE_KEY = "JWT_PRIVATE_KEY", None,
        "Signs access tokens in the place of `JWT_SECRET`: an Ed25519 key in PEM, as `openssl genpkey -algorithm ed25519` prints it; line ends may be written `\\n`.", secret;
    JWT_PRIVATE_KEY_PREVIOUS = "JWT_PRIVATE_KEY_PREVIOUS", None,
        "The `JWT_PRIVATE_KEY` before this one, as `JWT_SECRET_PREVIOUS`.", secret;
    ENCRYPTION_KEY = "ENCRYPTION_KEY", None,
        "Encrypts secrets that have to be readable again: 32 bytes in hexadecimal or base64. Several separated by commas: the first encrypts, the others still decrypt until `pynomaly secrets rotate`. Without it development makes one once and keeps it in the data folder; elsewhere nothing can be encrypted, which a second factor and OpenID Connect need.", secret;
    OIDC_ISSUER = "OIDC_ISSUER", None,
        "Address of an OpenID Connect provider through which people may log in, exactly as it names itself; https outside development. The next three are then needed.";
    OIDC_CLIENT_ID = "OIDC_CLIENT_ID", None,
        "Name that the provider gave this server.";
    OIDC_CLIENT_SECRET = "OIDC_CLIENT_SECRET", None,
        "Secret that the provider gave this server.", secret;
    OIDC_REDIRECT_URL = "OIDC_REDIRECT_URL", None,
        "This server's `/api/v1/auth/oidc/callback` as browsers reach it, and as the provider knows it.";
    OIDC_CREATE_USERS = "OIDC_CREATE_USERS", Some("false"),
        "Whether people with a verified address whom nobody knows here become viewers, instead of being refused.";
    ADMIN_EMAIL = "PYNOMALY_ADMIN_EMAIL", Some("admin@localhost"),
        "Address of the admin that the first start makes.";
    ADMIN_PASSWORD = "PYNOMALY_ADMIN_PASSWORD", None,
        "Password of that admin: 8 to 1,024 bytes, and not a common one. Without it a random one is printed, once.", secret;
    HISTORY_DAYS = "PYNOMALY_HISTORY_DAYS", None,
        "Days that detections are kept, 1 to 36,500. Without it for ever.";
    HISTORY_COUNT = "PYNOMALY_HISTORY_COUNT", None,
        "Detections of each organisation that are kept, the newest, 1 to 10^12. Without it all.";
    BACKUP_TO = "PYNOMALY_BACKUP_TO", None,
        "Where `pynomaly backup` puts archives: a folder, or `s3://BUCKET/PREFIX` (docs/backup.md).";
    BACKUP_KEY = "PYNOMALY_BACKUP_KEY", None,
        "What archives are encrypted with: a key of age, as `pynomaly backup key` prints it; to make backups its public half is enough.", secret;
    BACKUP_DAYS = "PYNOMALY_BACKUP_DAYS", Some("30"),
        "Days that `pynomaly backup prune` leaves archives, 1 to 36,500. The newest good one always stays.";
    BACKUP_WEBHOOK = "PYNOMALY_BACKUP_WEBHOOK", None,
        "Address that is told how backups ended, as Slack takes messages.", secret;
    MAX_REQUEST_SIZE = "MAX_REQUEST_SIZE", Some("10485760"),
        "Bytes of a request's body, 1 KiB to 1 GiB.";
    REQUEST_TIMEOUT = "REQUEST_TIMEOUT", Some("60"),
        "Seconds until a request is given up, 1 to 3600.";
}
