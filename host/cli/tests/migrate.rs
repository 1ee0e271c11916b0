//! `pynomaly migrate` as a program sees it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Command, Output};

fn migrate(folder: &Path, settings: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pynomaly"));
    command.env_clear().env("PYNOMALY_DATA_DIR", folder).envs(settings.iter().copied());
    command.arg("migrate").output().unwrap()
}

#[test]
fn schema_is_made_once_and_found_the_second_time() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let output = migrate(folder.path(), &[]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(folder.path().join("pynomaly.db").exists());
    }
}

#[test]
fn database_that_cannot_be_opened_is_an_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().display());
    let output = migrate(folder.path(), &[("DATABASE_URL", &url)]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}
