//! What a container asks of the binary beside the server: whether it is well, and the schema.

use crate::support::Server;
use std::fs;

#[test]
fn health_of_a_server_is_an_exit_code() {
    let mut server = Server::start(&[]);
    for path in ["/health", "/ready"] {
        let (is_well, said) = server.run(&["health", "--url", &format!("{}{path}", server.url)]);
        assert!(is_well && said.contains("answers 200"), "{said}");
    }
    let (is_well, said) = server.run(&["health", "--url", &format!("{}/none", server.url)]);
    assert!(!is_well && said.contains("answers 404"), "{said}");
    let listen = server.url.replace("http://", "");
    server.set(&[("PYNOMALY_LISTEN", &listen)]);
    let (is_well, said) = server.run(&["health"]);
    assert!(is_well && said.contains(&format!("{}/health", server.url)), "{said}");
    server.kill();
    let (is_well, said) = server.run(&["health"]);
    assert!(!is_well && said.contains("does not answer"), "{said}");
}

#[test]
fn migrate_changes_nothing_beside_a_server_of_the_same_version() {
    let server = Server::start(&[]);
    let (is_well, said) = server.run(&["migrate"]);
    assert!(is_well && said.contains("schema of this version"), "{said}");
    assert_eq!(server.admin().get("/api/v1/auth/me").status, 200);
}

#[test]
fn server_takes_its_secrets_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jwt");
    fs::write(&path, "0123456789abcdef0123456789abcdef\n").unwrap();
    let file = ("JWT_SECRET_FILE", path.to_str().unwrap());
    let server = Server::start_with(&[], &[("ENVIRONMENT", "production"), file]);
    assert_eq!(server.admin().get("/api/v1/auth/me").status, 200);
    let (is_well, said) = server.run(&["config", "check"]);
    assert!(is_well && said.contains("file         JWT_SECRET=(hidden)"), "{said}");
}
