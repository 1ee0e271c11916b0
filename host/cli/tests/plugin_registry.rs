//! `pynomaly plugin push` and `pull` with a real registry.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use pynomaly_test_services::Registry;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn component() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/plugins/mad.wasm")
}

/// `pynomaly plugin …` in `folder`, where the docker config is, too.
fn plugin(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pynomaly"));
    command.arg("plugin").args(arguments).current_dir(folder).env("DOCKER_CONFIG", folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Whoever asks for no password does not read it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// What it prints when all is well.
fn said(output: Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn component_and_signature_come_back_as_they_went() {
    let registry = Registry::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::copy(component(), path.join("mad.wasm")).unwrap();
    std::fs::write(path.join("mad.wasm.sig"), "keyid=a, ed25519=b\n").unwrap();
    let reference = format!("{}/acme/mad:1.0.0", registry.host());
    let by_digest = said(plugin(path, &["push", "mad.wasm", &reference], ""));
    assert!(by_digest.starts_with(&format!("{}/acme/mad@sha256:", registry.host())));

    let same = |one: &str, other: &str| {
        let read = |name| std::fs::read(path.join(name)).unwrap();
        assert_eq!(read(one), read(other), "{one} {other}");
    };
    let pulled = said(plugin(path, &["pull", &by_digest, "-o", "again.wasm"], ""));
    assert_eq!(pulled, by_digest);
    same("mad.wasm", "again.wasm");
    same("mad.wasm.sig", "again.wasm.sig");
    // Under its own name it would be written over what is there.
    let output = plugin(path, &["pull", &reference], "");
    assert_eq!(output.status.code(), Some(1));
    std::fs::remove_file(path.join("mad.wasm")).unwrap();
    assert_eq!(said(plugin(path, &["pull", &reference], "")), by_digest);
    same("mad.wasm", "again.wasm");
}

#[test]
fn credentials_come_from_input_environment_or_docker_config() {
    let registry = Registry::start_with_login().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::copy(component(), path.join("mad.wasm")).unwrap();
    let reference = format!("{}/mad:1", registry.host());
    let push = ["push", "mad.wasm", reference.as_str()];
    let output = plugin(path, &push, "");
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("refuses to answer without credentials"), "{errors}");
    let (username, password) = Registry::LOGIN;
    let named = [push.as_slice(), &["--username", username]].concat();
    said(plugin(path, &named, &format!("{password}\n")));
    let wrong = plugin(path, &named, "other\n");
    assert_eq!(wrong.status.code(), Some(1));
    let config = format!(
        r#"{{"auths": {{"{}": {{"username": "{username}", "password": "{password}"}}}}}}"#,
        registry.host()
    );
    std::fs::write(path.join("config.json"), config).unwrap();
    said(plugin(path, &push, ""));
}

#[test]
fn what_is_no_component_or_no_plugin_is_refused() {
    let registry = Registry::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("text.wasm"), "text").unwrap();
    let reference = format!("{}/text:1", registry.host());
    let output = plugin(path, &["push", "text.wasm", &reference], "");
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8(output.stderr).unwrap().contains("format: "));
    let output = plugin(path, &["pull", "text:1"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("names no registry"));
}

#[test]
fn registry_elsewhere_is_talked_to_by_tls_and_must_be_trusted() {
    let registry = Registry::start_encrypted().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::copy(component(), path.join("mad.wasm")).unwrap();
    // Another name of this machine, that is not known to be one.
    let host = registry.host().replace("127.0.0.1", "0.0.0.0");
    let reference = format!("{host}/mad:1");
    let push = ["push", "mad.wasm", reference.as_str()];
    let stranger = plugin(path, &push, "");
    assert_eq!(stranger.status.code(), Some(1));
    let errors = String::from_utf8(stranger.stderr).unwrap();
    assert!(errors.contains("https://") && errors.contains("cannot be reached"), "{errors}");
    let trusting = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pynomaly"));
        command.arg("plugin").args(arguments).current_dir(path).env("DOCKER_CONFIG", path);
        command.env("SSL_CERT_FILE", registry.authority()).output().unwrap()
    };
    let by_digest = said(trusting(&push));
    assert_eq!(said(trusting(&["pull", &by_digest, "-o", "again.wasm"])), by_digest);
}
