//! Two servers on one database: what one is told, the other knows within a second.

use crate::support::{Client, Server};
use serde_json::json;
use std::time::{Duration, Instant};

const SECRET: (&str, &str) = ("JWT_SECRET", "a secret of two servers, long enough: 6Zr0Ww1q");
const EVE: &str = "eve@example.com";

/// Two servers, and an admin of the first one.
fn pair() -> (Server, Server, Client) {
    let first = Server::start_with(&[], &[SECRET]);
    let url = first.database_url();
    let second = Server::start_with(&[], &[SECRET, ("DATABASE_URL", &url)]);
    let admin = first.admin();
    let user = json!({"email": EVE, "password": "a long password", "role": "viewer"});
    assert_eq!(admin.post("/api/v1/admin/users", &user).status, 201);
    (first, second, admin)
}

fn status(server: &Server, session: &Client) -> u16 {
    server.anyone().with_token(session.token()).get("/api/v1/auth/me").status
}

/// Whether `server`, which knew `session` a moment ago, refuses it within a second.
fn is_refused_soon(server: &Server, session: &Client) -> bool {
    let changed = Instant::now();
    while status(server, session) == 200 {
        if changed.elapsed() > Duration::from_secs(1) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}

#[test]
fn changed_password_reset_and_deactivation_end_sessions_on_the_other_server() {
    let (first, second, admin) = pair();
    let log_in = |server: &Server, password: &str| server.anyone().log_in(EVE, password);
    let (mine, other) = (log_in(&first, "a long password"), log_in(&second, "a long password"));
    assert_eq!((status(&first, &mine), status(&second, &other)), (200, 200));
    let change = json!({"old_password": "a long password", "password": "a new password"});
    assert_eq!(mine.post("/api/v1/auth/password", &change).status, 204);
    assert!(is_refused_soon(&second, &other));
    assert_eq!(status(&second, &mine), 200, "whoever changed it stays");

    let id = mine.get("/api/v1/auth/me").json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/admin/users/{id}/password-reset");
    let token = admin.post(&path, &json!({})).json()["token"].clone();
    let reset = json!({"token": token, "password": "another password"});
    assert_eq!(first.anyone().post("/api/v1/auth/password-reset", &reset).status, 204);
    assert!(is_refused_soon(&second, &mine));

    let last = log_in(&second, "another password");
    assert_eq!(status(&second, &last), 200);
    let path = format!("/api/v1/admin/users/{id}");
    assert_eq!(admin.patch(&path, &json!({"is_active": false})).status, 200);
    assert!(is_refused_soon(&second, &last));
}

#[test]
fn both_servers_count_failed_logins_together() {
    let (first, second, _admin) = pair();
    let fail = |server: &Server| {
        let body = json!({"email": EVE, "password": "wrong"});
        server.anyone().post("/api/v1/auth/login", &body).status
    };
    for _ in 0..5 {
        assert_eq!((fail(&first), fail(&second)), (401, 401));
    }
    assert_eq!(fail(&first), 401, "the last one without a delay");
    assert_eq!((fail(&second), fail(&first)), (429, 429));
}
