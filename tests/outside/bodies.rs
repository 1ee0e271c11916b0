//! Bad bodies: a 4xx problem that names the place and the limit; never a 500.

use crate::support::{Answer, Client, Server, bundled};
use serde_json::json;

fn post(client: &Client, body: &str) -> Answer {
    client.post_bytes("/api/v1/detect", "application/json", body.as_bytes())
}

/// Status, code and first pointer that a body must be answered with.
const BODIES: [(&str, u16, &str, &str); 24] = [
    ("", 400, "json_syntax", ""),
    ("not json", 400, "json_syntax", ""),
    ("[1, 2]", 422, "invalid_body", ""),
    ("{}", 422, "invalid_body", ""),
    (r#"{"data": 5}"#, 422, "invalid_body", "/data"),
    (r#"{"data": []}"#, 422, "invalid_data", "/data"),
    (r#"{"data": [[], []]}"#, 422, "invalid_body", "/data/0"),
    (r#"{"data": [[1, 2], [3]]}"#, 422, "invalid_body", "/data/1"),
    (r#"{"data": [[1, 2], [3, 4, 5]]}"#, 422, "invalid_body", "/data/1"),
    (r#"{"data": [[1, "2"]]}"#, 422, "invalid_body", "/data/0/1"),
    (
        r#"{"data": [[1, 2], [null, 2]], "detector_type": "ecod"}"#,
        422,
        "missing_value",
        "/data/1/0",
    ),
    (r#"{"data": [[1, NaN]]}"#, 400, "json_syntax", "/data/0/1"),
    (r#"{"data": [[1], [1e999]]}"#, 422, "invalid_body", "/data/1/0"),
    (r#"{"data": [[1], [2]], "more": 1}"#, 422, "invalid_body", "/more"),
    (
        r#"{"data": [[1], [2]], "detector_type": "nonesuch"}"#,
        422,
        "unknown_detector",
        "/detector_type",
    ),
    (
        r#"{"data": [[1], [2]], "parameters": {"nonesuch": 1}}"#,
        422,
        "invalid_parameter",
        "/parameters/nonesuch",
    ),
    (
        r#"{"data": [[1], [2]], "parameters": {"n_estimators": "many"}}"#,
        422,
        "invalid_parameter",
        "/parameters/n_estimators",
    ),
    (
        r#"{"data": [[1], [2]], "parameters": {"n_estimators": 0}}"#,
        422,
        "invalid_parameter",
        "/parameters/n_estimators",
    ),
    (
        r#"{"data": [[1], [2]], "parameters": {"bootstrap": 1}}"#,
        422,
        "invalid_parameter",
        "/parameters/bootstrap",
    ),
    (r#"{"data": [[1], [2]], "contamination": 0}"#, 422, "invalid_contamination", "/contamination"),
    (
        r#"{"data": [[1], [2]], "contamination": 0.6}"#,
        422,
        "invalid_contamination",
        "/contamination",
    ),
    (r#"{"data": [[1], [2]], "seed": -1}"#, 422, "invalid_body", "/seed"),
    (
        r#"{"data": [[1], [2]], "contamination": 0.1, "threshold": 1}"#,
        422,
        "invalid_body",
        "/threshold",
    ),
    (r#"{"data": [[1, 2, 3]]}"#, 422, "too_few_rows", "/data"),
];

#[test]
fn each_is_answered_with_a_problem_that_names_the_place() {
    let server = Server::start(&[("ecod.wasm", &bundled("ecod"))]);
    let admin = server.admin();
    let wrong: Vec<_> = BODIES
        .iter()
        .filter_map(|(body, status, code, pointer)| {
            let answer = post(&admin, body);
            let problem = answer.json();
            let given = (answer.status, answer.code(), problem["errors"][0]["pointer"].clone());
            let expected = (*status, (*code).to_owned(), (*pointer).into());
            (given != expected).then(|| format!("{body}: {given:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_quiet(&server);
}

#[test]
fn sizes_are_bounded_and_the_limit_is_named() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let limit = 10 * 1024 * 1024;
    let at_limit = padded(limit);
    assert_eq!(post(&admin, &at_limit).status, 200);
    let over = post(&admin, &padded(limit + 1));
    assert_eq!((over.status, over.code().as_str()), (413, "body_too_large"));
    assert!(over.json()["detail"].as_str().unwrap().contains(&limit.to_string()), "{over:?}");
    assert_quiet(&server);
}

#[test]
fn wrong_kinds_of_request_are_problems_too() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let plain = admin.post_bytes("/api/v1/detect", "text/plain", b"{}");
    assert_eq!((plain.status, plain.code().as_str()), (415, "media_type"));
    assert_eq!(admin.get("/api/v1/detect").code(), "method_not_allowed");
    assert_eq!(admin.get("/api/v1/nonesuch").code(), "route_unknown");
    assert_eq!(admin.get("/api/v1/detectors/nonesuch").status, 404);
}

#[test]
fn deep_and_endless_json_is_refused_quickly() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let deep = format!("{{\"data\": {}", "[".repeat(1_000_000));
    assert!((400..500).contains(&post(&admin, &deep).status));
    let wide = json!({"data": [vec![1.0; 100_000], vec![1.0; 100_000]]}).to_string();
    let answer = post(&admin, &wide);
    assert_eq!((answer.status, answer.code().as_str()), (422, "invalid_body"));
    assert_quiet(&server);
}

/// A right body of exactly this many bytes.
fn padded(bytes: usize) -> String {
    let body = r#"{"data": [[1], [2], [3]], "seed": 7}"#;
    format!("{}{body}", " ".repeat(bytes - body.len()))
}

/// No panic was logged, and nothing was answered with 500.
fn assert_quiet(server: &Server) {
    let log = server.log();
    assert!(!log.contains("panic"), "{log}");
    let metrics = server.anyone().get("/metrics").text;
    let failed = |line: &&str| line.contains("route=\"/api") && line.contains("status=\"5");
    assert_eq!(metrics.lines().find(failed), None);
}
