//! `pynomaly config check` as a program sees it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

/// The exit code, standard output and standard error with these settings alone.
fn check(arguments: &[&str], settings: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pynomaly"));
    command.env_clear().envs(settings.iter().copied()).args(["config", "check"]).args(arguments);
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn every_setting_is_printed_with_its_source_and_no_secret_is() {
    let (code, said, _) = check(&[], &[("JWT_SECRET", "hunter2"), ("REQUEST_TIMEOUT", "7")]);
    assert_eq!(code, Some(0));
    for line in [
        "environment  JWT_SECRET=(hidden)",
        "environment  REQUEST_TIMEOUT=7",
        "default      LOG_LEVEL=info",
        "default      REDIS_URL=(not set)",
    ] {
        assert!(said.lines().any(|it| it == line), "{line} in\n{said}");
    }
    assert!(!said.contains("hunter2"));
}

#[test]
fn what_the_server_refuses_exits_with_3_and_warnings_do_so_where_asked_to() {
    let production = ("ENVIRONMENT", "production");
    let (code, said, error) =
        check(&[], &[production, ("JWT_SECRET", "hunter2"), ("PYNOMALY_X", "1")]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("error: JWT_SECRET is not shown"), "{said}");
    assert!(said.contains("error: PYNOMALY_X is set, and there is no such variable"), "{said}");
    assert!(error.contains("2 errors") && !format!("{said}{error}").contains("hunter2"), "{error}");
    let unsigned = [production, ("PYNOMALY_UNSIGNED_PLUGINS", "knn")];
    let (code, said, _) = check(&[], &unsigned);
    assert!(code == Some(0) && said.contains("warning: PYNOMALY_UNSIGNED_PLUGINS"), "{said}");
    assert_eq!(check(&["--strict"], &unsigned).0, Some(3));
}

#[test]
fn serve_refuses_what_is_unsafe_in_production_and_names_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("ENVIRONMENT", "production"),
        ("PYNOMALY_DATA_DIR", folder.path().to_str().unwrap()),
        ("PYNOMALY_LISTEN", "0.0.0.0:0"),
        ("PYNOMALY_UNSIGNED_PLUGINS", "*"),
        ("PYNOMALY_ADMIN_PASSWORD", "changeme123"),
    ];
    let mut command = Command::new(env!("CARGO_BIN_EXE_pynomaly"));
    let output = command.env_clear().envs(settings).arg("serve").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("not safe in production"), "{said}");
    for name in ["PYNOMALY_LISTEN", "PYNOMALY_UNSIGNED_PLUGINS", "PYNOMALY_ADMIN_PASSWORD"] {
        assert!(said.contains(name), "{said}");
    }
    assert!(!folder.path().join("pynomaly.db").exists(), "it began all the same");
    let (code, said, _) = check(&[], &settings);
    assert!(code == Some(3) && said.matches("error: ").count() == 3, "{said}");
}
