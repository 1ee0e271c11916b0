use super::*;

fn config(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_variables(variables.iter().map(|(name, value)| (name.into(), value.into())))
}

fn refused(name: &str, value: &str) -> String {
    let error = config(&[(name, value)]).unwrap_err().to_string();
    assert!(error.starts_with(name), "{error}");
    error
}

#[test]
fn defaults_need_nothing() {
    let config = config(&[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8000");
    assert_eq!(config.database.location, Location::Sqlite("./data/pynomaly.db".into()));
    assert_eq!(config.database.synchronous, Synchronous::Normal);
    assert_eq!(config.limits, Limits::default());
    assert_eq!(config.environment, Environment::Development);
    assert_eq!(config.auth.jwt_secret, None);
}

#[test]
fn variables_are_taken() {
    let config = config(&[
        ("ENVIRONMENT", "Production"),
        ("LOG_LEVEL", "WARNING"),
        ("DATABASE_URL", "sqlite:///var/lib/p.db"),
        ("DATABASE_SYNCHRONOUS", "normal"),
        ("MAX_REQUEST_SIZE", "1073741824"),
        ("REQUEST_TIMEOUT", "5"),
        ("PYNOMALY_PLUGIN_DIR", ""),
    ])
    .unwrap();
    assert!(config.environment.is_strict());
    assert_eq!(config.log_level, LevelFilter::WARN);
    assert_eq!(config.database.location, Location::Sqlite("/var/lib/p.db".into()));
    assert_eq!(config.database.synchronous, Synchronous::Normal);
    assert_eq!(config.limits.body_bytes_max, 1 << 30);
    assert_eq!(config.limits.bodies_bytes_max, 1 << 30);
    assert_eq!(config.limits.request_time_max.as_secs(), 5);
    assert_eq!(config.plugin_dir, None);
}

#[test]
fn wrong_values_are_named_with_what_would_be_right() {
    assert_eq!(
        refused("REQUEST_TIMEOUT", "0"),
        r#"REQUEST_TIMEOUT is "0"; it must be a whole number from 1 to 3600"#
    );
    assert_eq!(
        refused("PYNOMALY_LISTEN", "here"),
        r#"PYNOMALY_LISTEN is "here"; it must be an address and port, like 127.0.0.1:8000"#
    );
    assert_eq!(
        refused("ENVIRONMENT", "prod"),
        r#"ENVIRONMENT is "prod"; it must be one of development, staging, production"#
    );
    assert!(refused("DATABASE_URL", "mysql://x").contains("sqlite://PATH"));
    assert!(refused("MAX_REQUEST_SIZE", "10MB").contains("whole number"));
}

#[test]
fn acknowledged_detections_survive_a_power_cut_outside_development() {
    for (environment, expected) in
        [("development", Synchronous::Normal), ("production", Synchronous::Full)]
    {
        let config = config(&[("ENVIRONMENT", environment)]).unwrap();
        assert_eq!(config.database.synchronous, expected);
    }
    assert!(refused("DATABASE_SYNCHRONOUS", "off").contains("normal, full"));
}

#[test]
fn unknown_variables_of_ours_are_refused_and_others_ignored() {
    assert!(refused("PYNOMALY_PLUGINS_DIR", "x").contains("no such variable"));
    assert!(config(&[("PYTHONPATH", "x"), ("HOME", "y")]).is_ok());
    assert!(config(&[("PYNOMALY_SERVER", "http://x"), ("PYNOMALY_TOKEN", "y")]).is_ok());
}

#[test]
fn weak_secret_is_refused_in_production_and_never_shown() {
    let weak = [("ENVIRONMENT", "production"), ("JWT_SECRET", "hunter2")];
    let error = config(&weak).unwrap_err().to_string();
    assert!(error.starts_with("JWT_SECRET") && !error.contains("hunter2"), "{error}");
    let config = config(&[("JWT_SECRET", "hunter2")]).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

/// `UPDATE_DOCS=1 cargo test -p pynomaly-server` rewrites the file.
#[test]
fn documentation_lists_every_variable() {
    let mut text = "# Configuration\n\nThe server is configured by environment variables. \
                    A value that cannot be used stops the start and names what would be right; \
                    an empty one counts as not set. `pynomaly config check` prints every \
                    setting and where it is from, and what is wrong.\n\nOf what is marked secret, \
                    the value may come from a file: `NAME_FILE` holds its path in the place of \
                    `NAME`; line ends after the value do not count.\n\n| variable | default | meaning |\n\
                    | --- | --- | --- |\n"
        .to_owned();
    for Variable { name, default, doc, is_secret } in VARIABLES {
        let doc = if *is_secret { format!("Secret. {doc}") } else { (*doc).to_owned() };
        let default = default.map(|value| format!("`{value}`")).unwrap_or_default();
        text.push_str(&format!("| `{name}` | {default} | {doc} |\n"));
    }
    text.push_str(
        "\nAll other bounds have names and defaults in `host/server/src/limits.rs` (requests) \
         and `host/sandbox/src/limits.rs` (plugins).\n",
    );
    crate::tests::is_up_to_date("configuration.md", &text);
}

#[test]
fn keys_are_checked_at_the_start_and_never_shown() {
    let key = "0123456789abcdef".repeat(4);
    let pem = "-----BEGIN PRIVATE KEY-----\n\
               MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
               -----END PRIVATE KEY-----";
    let config = config(&[
        ("ENVIRONMENT", "production"),
        ("ENCRYPTION_KEY", &format!("{key},{key}")),
        ("JWT_SECRET_PREVIOUS", &key),
        ("JWT_PRIVATE_KEY", pem),
    ])
    .unwrap();
    let shown = format!("{config:?}");
    assert!(!shown.contains("abcdef") && !shown.contains("MC4C"), "{shown}");
    for (name, wrong) in [
        ("ENCRYPTION_KEY", "hunter2"),
        ("JWT_PRIVATE_KEY", "hunter2"),
        ("JWT_PRIVATE_KEY_PREVIOUS", "hunter2"),
    ] {
        assert!(!refused(name, wrong).contains("hunter2"));
    }
    let weak = [("ENVIRONMENT", "production"), ("JWT_SECRET_PREVIOUS", "hunter2")];
    assert!(super::tests::config(&weak).is_err());
}

#[test]
fn identity_provider_is_whole_or_not_there() {
    let key = "0123456789abcdef".repeat(4);
    let whole = [
        ("OIDC_ISSUER", "https://id.example.org"),
        ("OIDC_CLIENT_ID", "pynomaly"),
        ("OIDC_CLIENT_SECRET", "hunter2"),
        ("OIDC_REDIRECT_URL", "https://p.example.org/api/v1/auth/oidc/callback"),
        ("ENVIRONMENT", "production"),
        ("ENCRYPTION_KEY", key.as_str()),
    ];
    let config = config(&whole).unwrap();
    assert!(config.oidc.as_ref().is_some_and(|oidc| !oidc.create_users));
    assert!(!format!("{config:?}").contains("hunter2"));
    let refused = |name: &str, value: &str| {
        let changed =
            whole.map(|(known, right)| (known, if known == name { value } else { right }));
        let error = super::tests::config(&changed).unwrap_err().to_string();
        assert!(error.starts_with(name) && !error.contains("hunter2"), "{error}");
    };
    for name in ["OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_REDIRECT_URL", "ENCRYPTION_KEY"] {
        refused(name, "");
    }
    for name in ["OIDC_ISSUER", "OIDC_REDIRECT_URL"] {
        refused(name, "http://id.example.org");
        refused(name, "id.example.org");
    }
}

#[test]
fn in_production_the_self_test_is_off_only_where_all_is_signed() {
    assert!(config(&[]).unwrap().plugin_policy.is_self_tested);
    let off = [("PYNOMALY_SELF_TEST", "false"), ("ENVIRONMENT", "production")];
    assert!(!config(&off).unwrap().plugin_policy.is_self_tested);
    let unsigned = [("PYNOMALY_UNSIGNED_PLUGINS", "knn")];
    let error = config(&[&off[..], &unsigned].concat()).unwrap_err().to_string();
    assert!(error.starts_with("PYNOMALY_SELF_TEST"), "{error}");
    assert!(config(&[off[0], unsigned[0]]).is_ok());
    assert!(config(&[off[1], unsigned[0]]).is_ok());
}

#[test]
fn proxies_are_addresses_and_networks() {
    assert!(config(&[("PYNOMALY_TRUSTED_PROXIES", "10.0.0.0/8, ::1")]).is_ok());
    assert!(refused("PYNOMALY_TRUSTED_PROXIES", "nginx").contains("10.0.0.0/8"));
}

#[test]
fn quotas_and_redis_are_taken_and_no_password_is_shown() {
    let default = config(&[]).unwrap();
    assert_eq!(default.quotas, QuotaOptions::default());
    assert_eq!(default.cache, CacheOptions::default());
    assert!(default.redis.is_none());
    let config = config(&[
        ("REDIS_URL", "redis://:hunter2@redis:6379/0"),
        ("RATE_LIMIT_ENABLED", "false"),
        ("PYNOMALY_FUEL_PER_DAY", "5"),
        ("CACHE_DEFAULT_TIMEOUT", "0"),
    ])
    .unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
    assert!(self::config(&[("REDIS_URL", "rediss://:hunter2@redis:6379/0")]).is_ok());
    assert_eq!(config.quotas, QuotaOptions { rate: None, fuel_per_day: Some(5) });
    assert!(config.cache.age_max.is_zero());
    assert!(!refused("REDIS_URL", "http://:hunter2@redis").contains("hunter2"));
    assert!(refused("RATE_LIMIT_REQUESTS", "0").contains("from 1 to"));
}

#[test]
fn gate_is_stricter_in_production_and_takes_only_what_can_be() {
    use crate::plugins::{GateLimits, GateMode};
    let gate = config(&[]).unwrap().plugin_policy.gate;
    assert_eq!((gate.mode, gate.limits), (GateMode::Shadow, GateLimits::default()));
    let production = [("ENVIRONMENT", "production")];
    assert_eq!(config(&production).unwrap().plugin_policy.gate.mode, GateMode::Required);
    let off = [("ENVIRONMENT", "production"), ("PYNOMALY_GATE", "off")];
    assert_eq!(config(&off).unwrap().plugin_policy.gate.mode, GateMode::Off);
    for (name, value) in [
        ("PYNOMALY_GATE", "perhaps"),
        ("PYNOMALY_GATE_REQUESTS_MIN", "1"),
        ("PYNOMALY_GATE_OVERLAP_MIN", "1.1"),
        ("PYNOMALY_GATE_FUEL_RATIO_MAX", "NaN"),
        ("PYNOMALY_GATE_LATENCY_RATIO_MAX", "inf"),
        ("PYNOMALY_SHADOW_QUEUE", "0"),
        ("PYNOMALY_CAPTURE_DAYS", "0"),
    ] {
        refused(name, value);
    }
}

#[test]
fn what_is_kept_of_failed_calls_needs_a_key_outside_development() {
    assert!(!config(&[]).unwrap().plugin_policy.keeps_captures);
    assert!(config(&[("PYNOMALY_CAPTURE", "true")]).unwrap().plugin_policy.keeps_captures);
    let strict = [("ENVIRONMENT", "staging"), ("PYNOMALY_CAPTURE", "true")];
    let error = config(&strict).unwrap_err().to_string();
    assert!(error.starts_with("ENCRYPTION_KEY") && error.contains("PYNOMALY_CAPTURE"), "{error}");
    let key = "07".repeat(32);
    let with_key = [strict[0], strict[1], ("ENCRYPTION_KEY", &*key)];
    assert!(config(&with_key).unwrap().plugin_policy.keeps_captures);
}

#[test]
fn sources_are_named_by_digest() {
    let digest = format!("sha256:{}", "0".repeat(64));
    let one = format!("a.example/knn@{digest}");
    let two = format!(" {one} ,b.example:5000/acme/ecod:1.0.0@{digest},");
    let sources = |text: &str| config(&[("PYNOMALY_PLUGIN_SOURCES", text)]);
    assert!(sources("").unwrap().plugin_sources.references.is_empty());
    let references = sources(&two).unwrap().plugin_sources.references;
    assert_eq!(references.iter().map(ToString::to_string).next(), Some(one.clone()));
    assert_eq!(references.len(), 2);
    let tag = sources("a.example/knn:1.0.0").unwrap_err().to_string();
    assert!(tag.contains("has a tag alone") && tag.contains("must name its digest"), "{tag}");
    assert!(sources("knn").unwrap_err().to_string().contains("names no registry"));
    let many = vec![one.as_str(); 101].join(",");
    assert!(sources(&many).unwrap_err().to_string().contains("more than 100"));

    let with_login = |text: &str| {
        config(&[
            ("PYNOMALY_PLUGIN_SOURCES", text),
            ("PYNOMALY_REGISTRY_USERNAME", "ada"),
            ("PYNOMALY_REGISTRY_PASSWORD", "difference"),
        ])
    };
    let config = with_login(&one).unwrap();
    assert!(config.plugin_sources.credentials.is_some());
    assert!(!format!("{config:?}").contains("difference"));
    assert!(with_login(&two).unwrap_err().to_string().contains("of one registry"));
    let error = refused("PYNOMALY_REGISTRY_PASSWORD", "difference");
    assert!(!error.contains("difference"), "{error}");
}

/// Every secret, with a value that can be used.
const SECRETS: [(&str, &str); 12] = [
    ("DATABASE_URL", "postgres://p:hunter2@db/p"),
    ("REDIS_URL", "redis://:hunter2@redis/0"),
    ("JWT_SECRET", "hunter2-0123456789abcdefghijklmnop"),
    ("JWT_SECRET_PREVIOUS", "hunter2-0123456789abcdefghijklmnop"),
    ("JWT_PRIVATE_KEY", PEM),
    ("JWT_PRIVATE_KEY_PREVIOUS", PEM),
    ("ENCRYPTION_KEY", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
    ("OIDC_CLIENT_SECRET", "hunter2"),
    ("PYNOMALY_ADMIN_PASSWORD", "hunter2 and more"),
    ("PYNOMALY_REGISTRY_PASSWORD", "hunter2"),
    ("PYNOMALY_BACKUP_KEY", "AGE-SECRET-KEY-1hunter2"),
    ("PYNOMALY_BACKUP_WEBHOOK", "https://hooks.example.org/hunter2"),
];
const PEM: &str = "-----BEGIN PRIVATE KEY-----\n\
                   MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
                   -----END PRIVATE KEY-----";

#[test]
fn secrets_come_from_files_and_nothing_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = VARIABLES.iter().filter(|variable| variable.is_secret);
    assert_eq!(
        secrets.map(|variable| variable.name).collect::<std::collections::BTreeSet<_>>(),
        SECRETS.iter().map(|(name, _)| *name).collect()
    );
    let files = SECRETS.map(|(name, value)| {
        let path = folder.path().join(name);
        // As `echo` and editors of other systems end it.
        std::fs::write(&path, format!("{value}\r\n")).unwrap();
        (format!("{name}_FILE"), path.to_str().unwrap().to_owned())
    });
    let mut given: Vec<_> = files.iter().map(|(name, path)| (name.as_str(), &**path)).collect();
    given.extend([
        ("OIDC_ISSUER", "https://id.example.org"),
        ("OIDC_CLIENT_ID", "pynomaly"),
        ("OIDC_REDIRECT_URL", "https://p.example.org/"),
        ("PYNOMALY_REGISTRY_USERNAME", "ada"),
    ]);
    let config = config(&given).unwrap();
    let value = |name| Secret(SECRETS.iter().find(|it| it.0 == name).unwrap().1.to_owned());
    assert_eq!(config.database.location, Location::Postgres(value("DATABASE_URL").0));
    assert_eq!(config.redis.unwrap().url, value("REDIS_URL").0);
    assert_eq!(config.auth.jwt_secret, Some(value("JWT_SECRET")));
    assert_eq!(config.auth.jwt_private_key, Some(value("JWT_PRIVATE_KEY")));
    assert_eq!(config.auth.admin_password, Some(value("PYNOMALY_ADMIN_PASSWORD")));
    assert_eq!(config.encryption_key, Some(value("ENCRYPTION_KEY")));
    assert_eq!(config.oidc.unwrap().client_secret, value("OIDC_CLIENT_SECRET"));
    assert!(refused("PYNOMALY_DATA_DIR_FILE", "x").contains("no such variable"));
}

#[test]
fn file_of_a_secret_that_is_of_no_use_is_refused_without_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let file = [("JWT_SECRET_FILE", path.to_str().unwrap())];
    let error = || config(&file).unwrap_err().to_string();
    assert!(error().starts_with("JWT_SECRET_FILE names a file that cannot be read"), "{}", error());
    // What should be a path may be the secret itself.
    assert!(!refused("JWT_SECRET_FILE", "hunter2").contains("hunter2"));
    for (content, words) in [
        (&b"hunter2\xff"[..], "not UTF-8"),
        (b"\n\n", "empty"),
        (&[b'x'; 65_537], "more than 65536"),
    ] {
        std::fs::write(&path, content).unwrap();
        assert!(error().contains(words) && !error().contains("hunter2"), "{}", error());
    }
    std::fs::write(&path, [b'x'; 65_536]).unwrap();
    assert!(config(&file).is_ok());
    let both = config(&[file[0], ("JWT_SECRET", "hunter2")]).unwrap_err().to_string();
    assert_eq!(both, "JWT_SECRET and JWT_SECRET_FILE are both set; it must be one of them");
    assert!(config(&[file[0], ("JWT_SECRET", "")]).is_ok());
    std::fs::write(&path, "hunter2").unwrap();
    let weak = config(&[file[0], ("ENVIRONMENT", "production")]).unwrap_err().to_string();
    assert!(weak.starts_with("JWT_SECRET is not shown") && !weak.contains("hunter2"), "{weak}");
}

#[cfg(unix)]
#[test]
fn secret_that_is_no_text_is_refused_and_not_shown() {
    use std::os::unix::ffi::OsStringExt;
    let secret = OsString::from_vec(b"hunter2\xff".to_vec());
    let error = Config::from_variables([("JWT_SECRET".into(), secret)]).unwrap_err().to_string();
    assert!(error.contains("UTF-8") && !error.contains("hunter2"), "{error}");
}

fn checked(variables: &[(&str, &str)]) -> Checked {
    Config::check(variables.iter().map(|(name, value)| (name.into(), value.into())))
}

#[test]
fn check_names_every_setting_and_where_it_is_from() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, "07".repeat(32)).unwrap();
    let checked = checked(&[
        ("REQUEST_TIMEOUT", "7"),
        ("JWT_SECRET", "hunter2"),
        ("ENCRYPTION_KEY_FILE", path.to_str().unwrap()),
        ("LOG_LEVEL", ""),
    ]);
    assert!(checked.errors.is_empty() && checked.warnings.is_empty(), "{checked:?}");
    assert_eq!(checked.settings.len(), VARIABLES.len());
    for (name, value, source) in [
        ("REQUEST_TIMEOUT", Some("7"), Source::Environment),
        ("JWT_SECRET", Some("(hidden)"), Source::Environment),
        ("ENCRYPTION_KEY", Some("(hidden)"), Source::File),
        ("LOG_LEVEL", Some("info"), Source::Default),
        ("REDIS_URL", None, Source::Default),
    ] {
        let expected = Setting { name, value: value.map(str::to_owned), source };
        assert!(checked.settings.contains(&expected), "{expected:?}");
    }
    assert!(!format!("{checked:?}").contains("hunter2"));
}

#[test]
fn check_finds_every_error_and_ends() {
    let checked = checked(&[
        ("ENVIRONMENT", "production"),
        ("PYNOMALY_PLUGINS_DIR", "x"),
        ("PYNOMALY_OTHER", "x"),
        ("JWT_SECRET", "hunter2"),
        ("JWT_SECRET_FILE", "/secret"),
        ("REDIS_URL_FILE", "/no/such/file"),
        ("REQUEST_TIMEOUT", "0"),
        // Needs a key, and there is none.
        ("PYNOMALY_CAPTURE", "true"),
    ]);
    let mut names: Vec<_> = checked.errors.iter().map(ConfigError::variable).collect();
    names.sort_unstable();
    let expected = [
        "ENCRYPTION_KEY",
        "JWT_SECRET",
        "PYNOMALY_OTHER",
        "PYNOMALY_PLUGINS_DIR",
        "REDIS_URL",
        "REQUEST_TIMEOUT",
    ];
    assert_eq!(names, expected, "{checked:?}");
    assert!(!format!("{checked:?}").contains("hunter2"));
}

#[test]
fn check_warns_of_what_is_a_risk_in_production_alone() {
    let risks = [("PYNOMALY_UNSIGNED_PLUGINS", "knn,acme_*")];
    assert!(checked(&risks).warnings.is_empty());
    let warned = checked(&[&risks[..], &[PRODUCTION]].concat());
    assert!(warned.errors.is_empty());
    let first: Vec<_> =
        warned.warnings.iter().map(|words| words.split(' ').next().unwrap()).collect();
    assert_eq!(first, [risks[0].0, "ENCRYPTION_KEY"], "{warned:?}");
    let safe = checked(&[PRODUCTION, SECRETS[6]]);
    assert!(safe.errors.is_empty() && safe.warnings.is_empty(), "{safe:?}");
    let tls = [("PYNOMALY_TLS_CERTIFICATE", "c.pem"), ("PYNOMALY_TLS_KEY", "k.pem")];
    let own = checked(
        &[&tls[..], &[PRODUCTION, ("PYNOMALY_LISTEN", "0.0.0.0:8000"), SECRETS[2], SECRETS[6]]]
            .concat(),
    );
    assert!(own.errors.is_empty() && own.warnings.is_empty(), "{own:?}");
}

#[test]
fn backups_keep_what_is_given_with_secrets_of_files_but_not_their_own_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jwt");
    std::fs::write(&file, "from a file\n").unwrap();
    let variables = [
        ("LOG_LEVEL", "debug"),
        ("JWT_SECRET_FILE", file.to_str().unwrap()),
        ("PYNOMALY_BACKUP_KEY", "AGE-SECRET-KEY-1"),
        ("REDIS_URL", ""),
        ("HOME", "/root"),
    ];
    let variables = variables.map(|(name, value)| (name.into(), value.into()));
    let given = Config::given(variables).unwrap();
    let given: Vec<_> = given.iter().map(|(name, value)| (name.as_str(), &**value)).collect();
    assert_eq!(given, [("JWT_SECRET", "from a file"), ("LOG_LEVEL", "debug")]);
}

#[test]
fn backups_are_kept_for_thirty_days_and_told_to_an_address() {
    let days =
        |text| config(&[("PYNOMALY_BACKUP_DAYS", text)]).map(|it| it.backup.age_max.as_secs());
    assert_eq!(config(&[]).unwrap().backup.age_max.as_secs(), 30 * 86_400);
    assert_eq!(days("1"), Ok(86_400));
    assert!(days("0").is_err() && days("36501").is_err());
    let message = refused("PYNOMALY_BACKUP_WEBHOOK", "hooks.example.org/hunter2");
    assert!(message.contains("https://") && !message.contains("hunter2"), "{message}");
}

const PRODUCTION: (&str, &str) = ("ENVIRONMENT", "production");

/// The variables that production refuses to serve with, of those given; none elsewhere.
fn is_unsafe(given: &[(&str, &str)]) -> Vec<String> {
    assert!(config(given).unwrap().unsafe_in_production().is_empty(), "in development: {given:?}");
    let given = [given, &[PRODUCTION]].concat();
    let found = config(&given).unwrap().unsafe_in_production();
    let listed = checked(&given).errors;
    assert_eq!(listed, found, "`config check` and `serve` disagree");
    assert!(!format!("{found:?}").contains("hunter2"));
    found.iter().map(|error| error.variable().to_owned()).collect()
}

#[test]
fn production_refuses_plain_http_without_a_named_proxy() {
    let open = ("PYNOMALY_LISTEN", "0.0.0.0:8000");
    assert_eq!(is_unsafe(&[open]), ["PYNOMALY_LISTEN"]);
    assert_eq!(is_unsafe(&[("PYNOMALY_LISTEN", "[::]:8000")]), ["PYNOMALY_LISTEN"]);
    assert!(is_unsafe(&[open, ("PYNOMALY_TRUSTED_PROXIES", "10.0.0.0/8")]).is_empty());
    assert!(is_unsafe(&[("PYNOMALY_LISTEN", "[::1]:8000")]).is_empty());
}

#[test]
fn production_refuses_unsigned_plugins_without_names() {
    for nameless in ["*", "knn, *", "_*", "**"] {
        let given = ("PYNOMALY_UNSIGNED_PLUGINS", nameless);
        assert_eq!(is_unsafe(&[given]), ["PYNOMALY_UNSIGNED_PLUGINS"], "{nameless}");
    }
    assert!(is_unsafe(&[("PYNOMALY_UNSIGNED_PLUGINS", "knn,acme_*")]).is_empty());
}

#[test]
fn production_refuses_default_secrets() {
    for (name, default) in [
        ("JWT_SECRET", "your-hunter2-secret-of-more-than-32-characters"),
        ("JWT_SECRET_PREVIOUS", "changeme-hunter2-0123456789abcdefghij"),
        ("ENCRYPTION_KEY", "0707070707070707070707070707070707070707070707070707070707070707"),
        ("PYNOMALY_ADMIN_PASSWORD", "Password123"),
        ("REDIS_URL", "redis://:redis@redis/0"),
    ] {
        assert_eq!(is_unsafe(&[(name, default)]), [name]);
    }
    let postgres = ("DATABASE_URL", "postgres://pynomaly:pynomaly@db/p");
    assert_eq!(is_unsafe(&[postgres, SECRETS[2]]), ["DATABASE_URL"]);
    assert_eq!(is_unsafe(&[("DATABASE_URL", "postgres://p:6ab0e1ca@db/p")]), ["JWT_SECRET"]);
    let without_password = ("DATABASE_URL", "postgres://p@db/p");
    assert!(is_unsafe(&[without_password, SECRETS[2], SECRETS[6], SECRETS[8]]).is_empty());
}
