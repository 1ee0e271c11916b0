use super::{Answer, PASSWORD, TestApp};
use crate::audit::Peer;
use crate::limits::Limits;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use pynomaly_store::Role;
use serde_json::{Value, json};
use std::net::IpAddr;

const ADA: &str = "ada@example.org";

/// Two attempts are free, of an address four.
async fn strict() -> TestApp {
    let limits =
        Limits { login_failures_free: 2, login_address_failures_free: 4, ..Limits::default() };
    let test = TestApp::with_limits(limits).await;
    test.user(ADA, Role::Viewer).await;
    test
}

async fn fail(test: &TestApp, email: &str, times: usize) {
    for _ in 0..times {
        test.login(email, "wrong password").await.is_problem(401, "wrong_credentials", None);
    }
}

fn is_locked(answer: &Answer, seconds: &str) {
    answer.is_problem(429, "locked_out", None);
    assert_eq!(answer.headers[header::RETRY_AFTER], seconds);
}

#[tokio::test]
async fn waiting_grows_even_for_the_right_password_and_a_login_ends_it() {
    let test = strict().await;
    fail(&test, ADA, 3).await;
    is_locked(&test.login(ADA, PASSWORD).await, "1");
    is_locked(&test.login("ADA@example.org", PASSWORD).await, "1");
    test.pass_time(1);
    fail(&test, ADA, 1).await;
    is_locked(&test.login(ADA, PASSWORD).await, "2");
    test.pass_time(2);
    assert_eq!(test.login(ADA, PASSWORD).await.status, StatusCode::OK);
    fail(&test, ADA, 3).await;
}

#[tokio::test]
async fn locked_known_and_unknown_accounts_have_the_same_answer() {
    let test = strict().await;
    let mut bodies = Vec::new();
    for email in [ADA, "nobody@example.org"] {
        fail(&test, email, 3).await;
        let mut answer = test.login(email, PASSWORD).await;
        is_locked(&answer, "1");
        answer.json["request_id"] = Value::Null;
        bodies.push(answer.json);
    }
    assert_eq!(bodies[0], bodies[1]);
    assert_eq!(test.login("ad@example.org", PASSWORD).await.status, 401, "another account");
}

#[tokio::test]
async fn delay_has_a_maximum_and_is_forgotten_in_the_end() {
    let test = strict().await;
    fail(&test, ADA, 3).await;
    for _ in 0..12 {
        test.pass_time(900);
        fail(&test, ADA, 1).await;
    }
    is_locked(&test.login(ADA, PASSWORD).await, "900");
    test.pass_time(24 * 3600 + 1);
    fail(&test, ADA, 3).await;
}

async fn login_from(test: &TestApp, address: &str, email: &str, password: &str) -> Answer {
    let address: IpAddr = address.parse().unwrap();
    let body = json!({"email": email, "password": password}).to_string();
    let request = Request::post("/api/v1/auth/login")
        .header(header::CONTENT_TYPE, "application/json")
        .extension(Peer(address));
    test.call(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn address_that_tries_many_accounts_waits_and_others_do_not() {
    let test = strict().await;
    for number in 0..5 {
        let email = format!("{number}@example.org");
        let answer = login_from(&test, "2001:db8::1", &email, PASSWORD).await;
        answer.is_problem(401, "wrong_credentials", None);
    }
    is_locked(&login_from(&test, "2001:db8::2", ADA, PASSWORD).await, "1");
    assert_eq!(login_from(&test, "2001:db8:0:1::1", ADA, PASSWORD).await.status, 200);
}

#[tokio::test]
async fn own_account_does_not_buy_guesses_at_others() {
    let test = strict().await;
    for number in 0..5 {
        let email = format!("{number}@example.org");
        assert_eq!(login_from(&test, "192.0.2.1", &email, PASSWORD).await.status, 401);
        if number < 4 {
            assert_eq!(login_from(&test, "192.0.2.1", ADA, PASSWORD).await.status, 200);
        }
    }
    is_locked(&login_from(&test, "192.0.2.1", ADA, PASSWORD).await, "1");
}

#[tokio::test]
async fn two_servers_on_one_database_count_together() {
    let test = strict().await;
    let other = test.replica().await;
    fail(&test, ADA, 2).await;
    fail(&other, ADA, 1).await;
    is_locked(&test.login(ADA, PASSWORD).await, "1");
    is_locked(&other.login(ADA, PASSWORD).await, "1");
}
