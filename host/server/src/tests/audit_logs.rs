use super::{PASSWORD, TestApp};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use pynomaly_store::{AuditVerdict, Role};
use serde_json::json;

const LOGS: &str = "/api/v1/admin/audit-logs";

#[tokio::test]
async fn changes_and_refusals_are_there_with_before_and_after() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let bob = test.user("bob@example.org", Role::Analyst).await;
    let id = test.get("/api/v1/auth/me", &bob).await.string("/id");
    test.patch(&format!("/api/v1/admin/users/{id}"), &admin, &json!({"role": "viewer"})).await;
    test.get("/api/v1/admin/users", &bob).await.is_problem(403, "forbidden", None);
    let logs = test.get(LOGS, &admin).await;
    let items = logs.json["items"].as_array().unwrap();
    let refusal = &items[0];
    assert_eq!(
        (&refusal["action"], &refusal["outcome"]),
        (&json!("permission.users"), &json!("refused"))
    );
    assert_eq!(
        (&refusal["user_id"], &refusal["subject"]),
        (&json!(id), &json!("GET /api/v1/admin/users"))
    );
    let change = &items[1];
    assert_eq!((&change["action"], &change["subject"]), (&json!("user.update"), &json!(id)));
    assert_eq!(change["before"]["role"], "analyst");
    assert_eq!(change["after"]["role"], "viewer");
    assert!(!change["request_id"].as_str().unwrap().is_empty());
    assert!(!logs.text.contains(PASSWORD) && !logs.text.contains("argon2"), "{}", logs.text);
    let verdict = test.app.store.verify_audit_logs().await.unwrap();
    assert!(matches!(verdict, AuditVerdict::Whole { entries: 4, .. }), "{verdict:?}");
}

#[tokio::test]
async fn log_is_filtered_paged_and_written_as_csv() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    for number in 0..3 {
        test.user(&format!("={number}@example.org"), Role::Viewer).await;
    }
    let page = test.get(&format!("{LOGS}?limit=2&action=user.create"), &admin).await;
    assert_eq!(page.json["items"].as_array().unwrap().len(), 2);
    let cursor = page.string("/next_cursor");
    let rest = test.get(&format!("{LOGS}?limit=2&cursor={cursor}"), &admin).await;
    assert_eq!(rest.json["items"].as_array().unwrap().len(), 2);
    let none = test.get(&format!("{LOGS}?since=2030-01-01T00:00:00Z"), &admin).await;
    assert_eq!(none.json["items"], json!([]));
    test.get(&format!("{LOGS}?since=yesterday"), &admin).await.is_problem(
        422,
        "invalid_query",
        None,
    );
    let request = Request::get(format!("{LOGS}?limit=2"))
        .header("authorization", format!("Bearer {admin}"))
        .header("accept", "text/csv");
    let csv = test.call(request.body(Body::empty()).unwrap()).await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(csv.headers["link"], format!("<{LOGS}?limit=2&cursor={cursor}>; rel=\"next\""));
    let lines: Vec<_> = csv.text.lines().collect();
    assert_eq!(lines.len(), 3, "{csv:?}");
    assert!(
        lines[0].starts_with("sequence,id,timestamp,") && lines[1].contains(",'=2@example.org,")
    );
}

#[tokio::test]
async fn only_admins_read_it() {
    let (test, analyst) = TestApp::with_user(Role::Analyst).await;
    test.get(LOGS, &analyst).await.is_problem(403, "forbidden", None);
    assert_eq!(test.get(LOGS, "").await.status, StatusCode::UNAUTHORIZED);
}
