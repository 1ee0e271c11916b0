//! What was acknowledged is there, whatever happened next.

use crate::support::{Client, Server};
use serde_json::json;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Detections to acknowledge before the kill, and how long to wait for them.
const ENOUGH: usize = 200;
const PATIENCE: Duration = Duration::from_secs(60);

fn rows() -> serde_json::Value {
    json!([[1.0, 2.0], [2.0, 1.0], [9.0, 9.0]])
}

#[test]
fn kill_during_writes_loses_no_acknowledged_detection() {
    let mut server = Server::start(&[]);
    let token = server.admin().token().to_owned();
    let (acknowledged, done) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let client = Client::new(&server.url).with_token(&token);
            let (acknowledged, done) = (&acknowledged, &done);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let answer = client.detect("isolation_forest", &rows(), &json!({}));
                    if answer.status == 200 {
                        let id = answer.json()["detection_id"].as_str().unwrap().to_owned();
                        acknowledged.lock().unwrap().push((id, answer.scores()));
                    }
                }
            });
        }
        let started = Instant::now();
        while acknowledged.lock().unwrap().len() < ENOUGH && started.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(10));
        }
        server.kill();
        done.store(true, Ordering::Relaxed);
    });
    server.restart();
    let admin = server.admin();
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(acknowledged.len() >= ENOUGH, "{}", acknowledged.len());
    for (id, scores) in acknowledged {
        let stored = admin.get(&format!("/api/v1/detections/{id}"));
        assert_eq!(stored.status, 200, "{id}: {}", stored.text);
        assert_eq!(stored.scores(), scores);
    }
}

#[test]
fn shutdown_finishes_requests_in_flight() {
    let mut server = Server::start(&[]);
    let client = server.admin();
    let rows: Vec<_> =
        (0..20_000).map(|row| vec![f64::from(row % 97), f64::from(row % 89)]).collect();
    let body = json!({"data": rows, "parameters": {"n_estimators": 500}, "seed": 7});
    let asked = std::thread::spawn(move || client.post("/api/v1/detect", &body));
    std::thread::sleep(Duration::from_millis(300));
    let (ended_well, _) = server.terminate();
    assert!(ended_well);
    assert_eq!(asked.join().unwrap().status, 200);
    server.restart();
    let items = server.admin().get("/api/v1/detections").json()["items"].clone();
    assert_eq!(items.as_array().unwrap().len(), 1);
}
