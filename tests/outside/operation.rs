//! What operators ask of the binary beside the server.

use crate::support::Server;
use std::fs;

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
