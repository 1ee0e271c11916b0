//! `pynomaly plugin check` as a program sees it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn built(folder: &str, name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target").join(folder).join(name)
}

fn check(file: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pynomaly"));
    command.args(["plugin", "check"]).arg(file).args(arguments).output().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_good_plugin_passes_and_its_card_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let card = folder.path().join("mad.card.json");
    let output = check(&built("plugins", "mad.wasm"), &["--card", card.to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("\n✓ determinism\n") && text.contains("\n– text_parameters "), "{text}");
    assert!(text.ends_with(" passed, 0 failed, 2 not applicable\n"), "{text}");
    let card: Value = serde_json::from_slice(&std::fs::read(card).unwrap()).unwrap();
    assert!(card["digest"].as_str().unwrap().starts_with("sha256:"));
    assert_eq!(card["parameters"], serde_json::json!({"cap": 10.0}));
}

#[test]
fn a_broken_promise_is_named_with_its_cause() {
    let wrong = built("plugins-test", "wrong.wasm");
    let output = check(&wrong, &["--parameter", "fault=row_alone"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(4), "{text}");
    assert!(text.contains("\n✗ row_alone            row 0 scores "), "{text}");
    let end = String::from_utf8(output.stderr).unwrap();
    assert!(end.contains("checks failed: row_alone"), "{end}");
}

#[test]
fn programs_read_json() {
    let wrong = built("plugins-test", "wrong.wasm");
    let output = check(&wrong, &["--short", "--json", "--parameter", "fault=saved_state"]);
    assert_eq!(output.status.code(), Some(4));
    let report = json(&output);
    assert_eq!((&report["name"], &report["passed"]), (&"wrong".into(), &false.into()));
    let checks = report["checks"].as_array().unwrap();
    let failed: Vec<_> = checks.iter().filter(|it| it["outcome"] == "failed").collect();
    let [only] = failed.as_slice() else { panic!("{failed:?}") };
    assert_eq!(only["name"], "saved_state");
    assert!(only["cause"].as_str().unwrap().starts_with("fitted and loaded, row 0 scores "));
}

#[test]
fn exit_codes_say_whose_fault_it_is() {
    let good = built("plugins", "mad.wasm");
    let text = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let refused = check(&text, &["--json"]);
    assert_eq!(refused.status.code(), Some(4));
    assert_eq!(json(&refused)["passed"], false);
    assert!(json(&refused)["refused"].as_str().unwrap().starts_with("format: "));
    let code = |file: &Path, arguments: &[&str]| check(file, arguments).status.code();
    assert_eq!(code(Path::new("nonesuch.wasm"), &[]), Some(1));
    assert_eq!(code(&good, &["--parameter", "nonesuch=1"]), Some(3));
    assert_eq!(code(&good, &["--parameter", "cap"]), Some(2));
}
