//! `bare_handler PORT`: an axum handler that parses the body of a scoring request and answers a
//! constant: the yardstick of `bench/models.sh`.

use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use std::error::Error;

#[derive(serde::Deserialize)]
struct Body {
    data: Vec<Vec<f64>>,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = std::env::args().nth(1).ok_or("give a port")?.parse()?;
    let router = Router::new().route("/api/v1/models/{id}/score", post(score));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    axum::serve(listener, router).await?;
    Ok(())
}

async fn score(body: Bytes) -> impl IntoResponse {
    let parsed = serde_json::from_slice::<Body>(&body);
    match parsed {
        Ok(body) if !body.data.is_empty() => {
            (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], r#"{"score":0.5}"#)
        }
        _ => (StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, "application/json")], "{}"),
    }
}
