//! Whatever is sent, the answer is a problem that says what and where.

use super::TestApp;
use crate::limits::Limits;
use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode, header};
use pynomaly_store::Role;
use serde_json::json;

const DETECT: &str = "/api/v1/detect";

async fn check(cases: &[(&str, u16, &str, Option<&str>)]) {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    for &(body, status, code, pointer) in cases {
        let answer = test.send(Method::POST, DETECT, &token, body.to_owned().into()).await;
        println!("{body}: {}", answer.text);
        answer.is_problem(status, code, pointer);
    }
}

#[tokio::test]
async fn what_is_not_json_is_400() {
    check(&[
        ("", 400, "json_syntax", Some("")),
        ("rows please", 400, "json_syntax", Some("")),
        ("{\"data\": [[1, 2], [3, 4]", 400, "json_syntax", Some("/data")),
        ("{\"data\": [[1, NaN]]}", 400, "json_syntax", Some("/data/0/1")),
        ("{\"data\": [[1]]} trailing", 400, "json_syntax", Some("")),
        ("{\"data\": [[1, 2,]]}", 400, "json_syntax", Some("/data/0")),
    ])
    .await;
}

#[tokio::test]
async fn json_that_is_no_request_is_422() {
    check(&[
        ("[]", 422, "invalid_body", Some("")),
        ("null", 422, "invalid_body", Some("")),
        ("{}", 422, "invalid_body", Some("")),
        ("{\"data\": 1}", 422, "invalid_body", Some("/data")),
        ("{\"data\": [1]}", 422, "invalid_body", Some("/data/0")),
        ("{\"data\": [[1, 2], [3]]}", 422, "invalid_body", Some("/data/1")),
        ("{\"data\": [[1, \"2\"]]}", 422, "invalid_body", Some("/data/0/1")),
        ("{\"data\": [[1], [\"NaN\"]]}", 422, "invalid_body", Some("/data/1/0")),
        ("{\"data\": [[1], [1e999]]}", 422, "invalid_body", Some("/data/1/0")),
        ("{\"data\": [[1], [-1e999]]}", 422, "invalid_body", Some("/data/1/0")),
        ("{\"data\": [[]]}", 422, "invalid_body", Some("/data/0")),
        ("{\"data\": []}", 422, "invalid_data", Some("/data")),
        ("{\"data\": [[1], [2]], \"rows\": 2}", 422, "invalid_body", Some("/rows")),
        ("{\"data\": [[1], [2]], \"explain\": 1}", 422, "invalid_body", Some("/explain")),
        ("{\"data\": [[1], [2]], \"seed\": -1}", 422, "invalid_body", Some("/seed")),
        ("{\"data\": [[1], [2]], \"seed\": 1.5}", 422, "invalid_body", Some("/seed")),
        ("{\"data\": [[1], [2]], \"parameters\": []}", 422, "invalid_body", Some("/parameters")),
        (
            "{\"data\": [[1], [2]], \"parameters\": {\"n_estimators\": {}}}",
            422,
            "invalid_body",
            Some("/parameters/n_estimators"),
        ),
    ])
    .await;
}

#[tokio::test]
async fn request_that_cannot_be_done_is_422() {
    let data = "\"data\": [[1], [2], [3]]";
    let cases = [
        ("\"detector_type\": \"nope\"", "unknown_detector", "/detector_type"),
        ("\"contamination\": 0", "invalid_contamination", "/contamination"),
        ("\"contamination\": 0.6", "invalid_contamination", "/contamination"),
        ("\"contamination\": 0.1, \"threshold\": 0.5", "invalid_body", "/threshold"),
        ("\"parameters\": {\"trees\": 5}", "invalid_parameter", "/parameters/trees"),
        ("\"parameters\": {\"a/b\": 5}", "invalid_parameter", "/parameters/a~1b"),
        (
            "\"parameters\": {\"n_estimators\": \"many\"}",
            "invalid_parameter",
            "/parameters/n_estimators",
        ),
        ("\"parameters\": {\"n_estimators\": 0}", "invalid_parameter", "/parameters/n_estimators"),
    ];
    let bodies = cases.map(|(more, code, pointer)| (format!("{{{data}, {more}}}"), code, pointer));
    let cases = bodies.iter().map(|(body, code, at)| (body.as_str(), 422, *code, Some(*at)));
    check(&cases.collect::<Vec<_>>()).await;
    check(&[("{\"data\": [[1]]}", 422, "too_few_rows", Some("/data"))]).await;
}

#[tokio::test]
async fn other_content_type_is_415() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    for media_type in ["text/plain", "application/xml", ""] {
        let request = Request::post(DETECT)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, media_type);
        let answer = test.call(request.body(Body::from("{}")).unwrap()).await;
        answer.is_problem(415, "media_type", None);
    }
}

#[tokio::test]
async fn body_beyond_the_limit_is_413_naming_it() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let limit = test.app.limits.body_bytes_max;
    let body = |length| {
        let data = "{\"data\": [[1], [2], [3]]}";
        format!("{data}{}", " ".repeat(length - data.len()))
    };
    let fits = test.send(Method::POST, DETECT, &token, body(limit).into()).await;
    assert_eq!(fits.status, StatusCode::OK, "{fits:?}");
    let announced = test.send(Method::POST, DETECT, &token, body(limit + 1).into()).await;
    announced.is_problem(413, "body_too_large", None);
    assert!(announced.string("/detail").contains("100000"));

    // In pieces, with no length given beforehand.
    let pieces = body(limit + 1).into_bytes();
    let pieces: Vec<_> =
        pieces.chunks(1000).map(|it| Ok::<_, std::io::Error>(Bytes::copy_from_slice(it))).collect();
    let pieces = Body::from_stream(futures_util::stream::iter(pieces));
    let chunked = test.send(Method::POST, DETECT, &token, pieces).await;
    chunked.is_problem(413, "body_too_large", None);
}

#[tokio::test]
async fn bodies_that_do_not_fit_in_memory_together_are_503() {
    let limits = Limits { bodies_bytes_max: 10 * 1024, ..Limits::default() };
    let test = TestApp::with_limits(limits).await;
    let token = test.user("ada@example.org", Role::Analyst).await;
    let _others = test.app.bodies.acquire_many(10).await.unwrap();
    let answer = test.detect(&token, &json!({"data": [[1], [2]]})).await;
    answer.is_problem(503, "busy", None);
    assert_eq!(answer.headers[header::RETRY_AFTER], "1");
}

#[tokio::test]
async fn too_many_columns_or_rows_are_422_naming_the_limit() {
    let limits = Limits { columns_max: 3, rows_max: 4, ..Limits::default() };
    let test = TestApp::with_limits(limits).await;
    let token = test.user("ada@example.org", Role::Analyst).await;
    let wide = test.detect(&token, &json!({"data": [[1, 2, 3, 4]]})).await;
    wide.is_problem(422, "invalid_body", Some("/data/0"));
    assert!(wide.string("/errors/0/message").contains('3'));
    let long = test.detect(&token, &json!({"data": [[1], [2], [3], [4], [5]]})).await;
    long.is_problem(422, "invalid_body", Some("/data"));
    assert!(long.string("/errors/0/message").contains('4'));
}
