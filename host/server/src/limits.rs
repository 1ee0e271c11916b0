//! Every bound on a request, in one place. Bounds on plugins are `pynomaly_engine::Limits`.

use std::time::Duration;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// What one request, and all of them together, may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections open at the same time; more wait in the listener's backlog. Default 1,024.
    pub connections_max: usize,
    /// Time for the handshake of a connection that speaks TLS. Default 10 s.
    pub handshake_time_max: Duration,
    /// How often the files of the certificate are looked at; what has changed is tried at the
    /// second look. Default 1 s.
    pub certificate_look_every: Duration,
    /// Header lines of a request. Default 64.
    pub headers_max: usize,
    /// Bytes of a request's head. Default 16 KiB.
    pub header_bytes_max: usize,
    /// Time for a request's head to arrive; also how long an idle connection stays. Default 30 s.
    pub header_time_max: Duration,
    /// Time from a request's head to its answer (`REQUEST_TIMEOUT`). Default 60 s.
    pub request_time_max: Duration,
    /// Time for requests in flight to end after the signal to stop. Default 30 s.
    pub shutdown_time_max: Duration,

    /// Bytes of a body (`MAX_REQUEST_SIZE`), and values of a table in it. Default 10 MiB.
    pub body_bytes_max: usize,
    /// Bytes of all bodies held at the same time. Default 256 MiB.
    pub bodies_bytes_max: usize,
    /// Bytes that no handler wanted, read and dropped, because a client that is still sending
    /// would miss the answer. Default 32 MiB.
    pub drain_bytes_max: usize,
    /// Time for them to arrive. Default 5 s.
    pub drain_time_max: Duration,
    /// Rows of a detection. Default 1,000,000.
    pub rows_max: usize,
    /// Columns of a detection. Default 10,000.
    pub columns_max: usize,
    /// Messages of an Arrow stream: its batches and dictionaries. Default 1,000.
    pub arrow_messages_max: usize,

    /// Uploads of plugins that are checked at the same time; each takes a few times its bytes.
    /// Default 2.
    pub uploads_running_max: usize,
    /// Uploads that wait for their turn. Default 16.
    pub uploads_waiting_max: usize,
    /// Uploads that nobody waited for and that can still be asked about, by all servers together.
    /// Default 100.
    pub uploads_remembered_max: u32,
    /// Self-tests of plugins that run at the same time, late ones included. Default 2.
    pub self_tests_running_max: usize,
    /// Self-tests that wait for their turn. Default 16.
    pub self_tests_waiting_max: usize,
    /// Time of a self-test, compilations aside. Default 30 s.
    pub self_test_time_max: Duration,
    /// Whether a plugin that fails too often is not called for a while (`PYNOMALY_BREAKER`).
    /// Default true.
    pub breaker_is_on: bool,
    /// How far back its calls count (`PYNOMALY_BREAKER_WINDOW`). Default 60 s.
    pub breaker_window: Duration,
    /// Calls below which the share of faults says nothing (`PYNOMALY_BREAKER_CALLS`). Default 10.
    pub breaker_calls_min: u64,
    /// Percent of calls that are faults of the plugin, from which it is not called
    /// (`PYNOMALY_BREAKER_FAULTS`). Default 50.
    pub breaker_faults_percent: u8,
    /// Traps and broken contracts from which it is not called, whatever their share
    /// (`PYNOMALY_BREAKER_FAILURES`). Default 20.
    pub breaker_failures_max: u64,
    /// The first pause after which one call tries (`PYNOMALY_BREAKER_PAUSE`); each failed try
    /// doubles it. Default 5 s.
    pub breaker_pause_first: Duration,
    /// The longest pause (`PYNOMALY_BREAKER_PAUSE_MAX`). Default 5 min.
    pub breaker_pause_max: Duration,
    /// Digests whose calls are counted; those that were not called of late go first. Default 1,000.
    pub breakers_max: usize,
    /// Detections that compute at the same time. Default: one per processor.
    pub detections_running_max: usize,
    /// Detections that wait for their turn. Default 256.
    pub detections_waiting_max: usize,
    /// Detections that wait to be written. Default 1,024.
    pub detections_unwritten_max: usize,
    /// Requests that wait to be computed by versions in shadow (`PYNOMALY_SHADOW_QUEUE`); one more
    /// is dropped. Default 256.
    pub shadow_queue_max: usize,
    /// Bytes of their rows and scores together (`PYNOMALY_SHADOW_QUEUE_BYTES`). Default 64 MiB.
    pub shadow_queue_bytes_max: usize,
    /// Wall time of one call of a version in shadow, where calls of plugins may take more. Default
    /// 10 s.
    pub shadow_time_max: Duration,
    /// How long what versions in shadow said waits to be written. Default 1 s.
    pub shadow_flush_every: Duration,
    /// Bytes of the rows of a failed call that is kept, and of what is kept of it. Default 1 MiB.
    pub capture_bytes_max: usize,
    /// Failed calls of an organisation that are kept; no more until some are gone. Default 100.
    pub captures_max: u64,
    /// How long they are kept (`PYNOMALY_CAPTURE_DAYS`). Default 7 days.
    pub capture_age_max: Duration,
    /// Values of a detection that is computed at once, without a thread of its own: changing
    /// threads would cost more than computing it. Default 256.
    pub inline_values_max: usize,
    /// Fuel that a plugin's model may burn on them there: about a millisecond. One that needs more
    /// is asked on a thread of its own from then on. Default 2,000,000.
    pub inline_fuel_max: u64,
    /// Bytes of a body that is parsed at once, without a thread of its own. Default 8 KiB.
    pub inline_bytes_max: usize,

    /// Bytes of linear memory that warm models hold together; those least used go first. Default
    /// 256 MiB.
    pub models_bytes_max: usize,
    /// Models that are warm at the same time. Default 128; each of a plugin takes one of
    /// `instances_max`.
    pub models_warm_max: usize,
    /// Models of which is remembered whose they are. Default 10,000.
    pub models_known_max: usize,
    /// Bytes of a name: of a model, a key, an organisation. Default 200.
    pub name_bytes_max: usize,
    /// API keys of a user. Default 100.
    pub api_keys_max: u32,
    /// Bytes of an answer that is kept under its `Idempotency-Key`; a larger one is answered 409
    /// when it is asked for again. Default 1 MiB.
    pub idempotent_bytes_max: usize,
    /// How long detections are kept (`PYNOMALY_HISTORY_DAYS`). Default: for ever.
    pub history_age_max: Option<Duration>,
    /// How many of each organisation are kept, the newest (`PYNOMALY_HISTORY_COUNT`). Default: all.
    pub history_count_max: Option<u64>,
    /// KiB of memory that hashing a password takes: the cost `m` of Argon2id, 8 a lane at least.
    /// A login under another cost than these three hashes the password anew. Default 19,456
    /// (19 MiB), with the two below OWASP's first recommendation: some 20 ms.
    pub password_memory_kib: u32,
    /// Passes over that memory: the cost `t`. Default 2.
    pub password_passes: u32,
    /// Lanes of that memory: the cost `p`. Default 1.
    pub password_lanes: u32,
    /// Passwords checked at the same time; each takes `password_memory_kib`. Default 2.
    pub passwords_running_max: usize,
    /// Passwords that wait to be checked. Default 64.
    pub passwords_waiting_max: usize,
    /// Failed attempts of an account that are followed by no delay. Default 10.
    pub login_failures_free: u32,
    /// The same of an address, behind which many people may sit; of IPv6 a network of 64 bits.
    /// Default 100.
    pub login_address_failures_free: u32,
    /// Delay after the first failure that is not free; each one more doubles it. Default 1 s.
    pub login_delay_first: Duration,
    /// The longest delay. Default 15 min.
    pub login_delay_max: Duration,
    /// How long a failure is remembered after the last attempt. Default 24 h.
    pub login_failures_age_max: Duration,
    /// Accounts and addresses whose failures are remembered; the oldest go first. Default 100,000.
    pub login_failures_max: u32,
    /// How long a token that sets a new password works. Default 24 h.
    pub password_reset_age_max: Duration,
    /// Time for one answer of the identity provider. Default 10 s.
    pub oidc_time_max: Duration,
    /// Bytes of one answer of it. Default 1 MiB.
    pub oidc_answer_bytes_max: u64,
    /// How long the provider's metadata and keys are taken for true; an unknown key has them
    /// fetched at once. Default 10 min.
    pub oidc_metadata_age_max: Duration,
    /// Logins that ask the provider at the same time. Default 4.
    pub oidc_running_max: usize,
    /// Logins that wait to ask it. Default 64.
    pub oidc_waiting_max: usize,
    /// Sessions, and API keys, whose state is kept in memory. Default 10,000 each.
    pub sessions_cached_max: usize,
    /// How long what is kept of a session or a key may be out of date when another process
    /// changed it; what this process changes counts at once. Default 0.5 s.
    pub session_age_max: Duration,

    /// Buckets of requests kept in memory, of callers, organisations and addresses. Default
    /// 100,000.
    pub buckets_max: usize,
    /// An organisation without a quota of its own may make as many requests as this many callers.
    /// Default 10.
    pub tenant_callers: u64,
    /// How long fuel that was burnt waits to be written. Default 0.5 s.
    pub fuel_flush_every: Duration,
    /// Bytes of an answer that is kept in Redis; larger ones are kept in memory alone. Default
    /// 1 MiB.
    pub shared_answer_bytes_max: usize,
    /// Time for an answer of Redis; after that it counts as lost. Default 250 ms.
    pub redis_time_max: Duration,

    /// Time for one statement of the database, waiting for locks included. Default 10 s.
    pub statement_time_max: Duration,
    /// Items of a page. Default 200.
    pub page_items_max: u32,
    /// Items of a page where the client says nothing. Default 50.
    pub page_items_default: u32,
    /// Characters of a request id given by the client. Default 128.
    pub request_id_max: usize,
}

impl Default for Limits {
    #[expect(clippy::too_many_lines, reason = "a table: one line for each limit")]
    fn default() -> Self {
        Self {
            connections_max: 1024,
            handshake_time_max: Duration::from_secs(10),
            certificate_look_every: Duration::from_secs(1),
            headers_max: 64,
            header_bytes_max: 16 * KIB,
            header_time_max: Duration::from_secs(30),
            request_time_max: Duration::from_secs(60),
            shutdown_time_max: Duration::from_secs(30),
            body_bytes_max: 10 * MIB,
            bodies_bytes_max: 256 * MIB,
            drain_bytes_max: 32 * MIB,
            drain_time_max: Duration::from_secs(5),
            rows_max: 1_000_000,
            columns_max: 10_000,
            arrow_messages_max: 1_000,
            uploads_running_max: 2,
            uploads_waiting_max: 16,
            uploads_remembered_max: 100,
            self_tests_running_max: 2,
            self_tests_waiting_max: 16,
            self_test_time_max: Duration::from_secs(30),
            breaker_is_on: true,
            breaker_window: Duration::from_secs(60),
            breaker_calls_min: 10,
            breaker_faults_percent: 50,
            breaker_failures_max: 20,
            breaker_pause_first: Duration::from_secs(5),
            breaker_pause_max: Duration::from_secs(300),
            breakers_max: 1000,
            detections_running_max: std::thread::available_parallelism().map_or(1, usize::from),
            detections_waiting_max: 256,
            detections_unwritten_max: 1024,
            shadow_queue_max: 256,
            shadow_queue_bytes_max: 64 * MIB,
            shadow_time_max: Duration::from_secs(10),
            shadow_flush_every: Duration::from_secs(1),
            capture_bytes_max: MIB,
            captures_max: 100,
            capture_age_max: Duration::from_secs(7 * 86_400),
            inline_values_max: 256,
            inline_fuel_max: 2_000_000,
            inline_bytes_max: 8 * KIB,
            models_bytes_max: 256 * MIB,
            models_warm_max: 128,
            models_known_max: 10_000,
            name_bytes_max: 200,
            api_keys_max: 100,
            idempotent_bytes_max: MIB,
            history_age_max: None,
            history_count_max: None,
            password_memory_kib: 19 * 1024,
            password_passes: 2,
            password_lanes: 1,
            passwords_running_max: 2,
            passwords_waiting_max: 64,
            login_failures_free: 10,
            login_address_failures_free: 100,
            login_delay_first: Duration::from_secs(1),
            login_delay_max: Duration::from_secs(15 * 60),
            login_failures_age_max: Duration::from_secs(24 * 3600),
            login_failures_max: 100_000,
            password_reset_age_max: Duration::from_secs(24 * 3600),
            oidc_time_max: Duration::from_secs(10),
            oidc_answer_bytes_max: 1024 * 1024,
            oidc_metadata_age_max: Duration::from_secs(600),
            oidc_running_max: 4,
            oidc_waiting_max: 64,
            sessions_cached_max: 10_000,
            session_age_max: Duration::from_millis(500),
            buckets_max: 100_000,
            tenant_callers: 10,
            fuel_flush_every: Duration::from_millis(500),
            shared_answer_bytes_max: MIB,
            redis_time_max: Duration::from_millis(250),
            statement_time_max: Duration::from_secs(10),
            page_items_max: 200,
            page_items_default: 50,
            request_id_max: 128,
        }
    }
}
