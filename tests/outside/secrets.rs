//! Secrets at rest, and their keys.

use crate::support::{Client, Server};
use serde_json::json;

const OLD: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const NEW: &str = "//////////////////////////////////////////8=";

/// 422 where the server reads the secret of the second factor and finds the code wrong; 500 where
/// it cannot read it.
fn wrong_code(client: &Client) -> u16 {
    client.post("/api/v1/auth/totp/confirm", &json!({"code": "none"})).status
}

#[test]
fn key_is_rotated_by_command_and_the_old_one_is_not_needed_any_more() {
    let mut server = Server::start_with(&[], &[("ENCRYPTION_KEY", OLD)]);
    let begun = server.admin().post("/api/v1/auth/totp", &json!({}));
    assert_eq!((begun.status, wrong_code(&server.admin())), (201, 422), "{}", begun.text);
    let mut restart_with = |keys: &str| {
        server.set(&[("ENCRYPTION_KEY", keys)]);
        server.kill();
        server.restart();
        wrong_code(&server.admin())
    };
    assert_eq!(restart_with(NEW), 500, "a key is missing");
    assert_eq!(restart_with(&format!("{NEW},{OLD}")), 422);
    let (is_well, said) = server.run(&["secrets", "rotate"]);
    assert!(is_well && said.contains("encrypted anew: 1,"), "{said}");
    let (is_well, said) = server.run(&["secrets", "rotate"]);
    assert!(
        is_well && said.contains("encrypted anew: 0, under the first key already: 1"),
        "{said}"
    );
    server.set(&[("ENCRYPTION_KEY", OLD)]);
    let (is_well, said) = server.run(&["secrets", "rotate"]);
    assert!(!is_well && said.contains("1 secrets cannot be decrypted"), "{said}");
    server.set(&[("ENCRYPTION_KEY", NEW)]);
    server.kill();
    server.restart();
    assert_eq!(wrong_code(&server.admin()), 422);
}

#[test]
fn nothing_secret_is_logged_even_in_every_detail() {
    let settings = [("LOG_LEVEL", "trace"), ("ENCRYPTION_KEY", OLD)];
    let server = Server::start_with(&[], &settings);
    let admin = server.admin();
    let user = json!({"email": "eve@example.com", "role": "viewer"});
    let made = admin.post("/api/v1/admin/users", &user).json();
    let path = format!("/api/v1/admin/users/{}/password-reset", made["id"].as_str().unwrap());
    let reset = admin.post(&path, &json!({})).json();
    let body = json!({"token": reset["token"], "password": "a long new password"});
    assert_eq!(server.anyone().post("/api/v1/auth/password-reset", &body).status, 204);
    let eve = server.anyone().log_in("eve@example.com", "a long new password");
    let totp = eve.post("/api/v1/auth/totp", &json!({})).json();
    let log = server.log();
    for secret in [
        made["password"].as_str().unwrap(),
        reset["token"].as_str().unwrap(),
        totp["secret"].as_str().unwrap(),
        "a long new password",
        eve.token(),
        OLD,
    ] {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[test]
fn production_without_a_key_serves_and_says_what_is_missing() {
    let secret = ("JWT_SECRET", OLD);
    let server = Server::start_with(&[], &[("ENVIRONMENT", "production"), secret]);
    let refused = server.admin().post("/api/v1/auth/totp", &json!({}));
    assert_eq!((refused.status, refused.code().as_str()), (503, "encryption_key_missing"));
}
