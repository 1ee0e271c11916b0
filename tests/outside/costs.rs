//! What a call will cost is known before it starts: measured by the command, shown by the API, and
//! used to refuse what cannot finish.

use crate::support::{Server, bundled};
use serde_json::{Value, json};

/// Enough for some hundred rows, and not for thousands.
const FUEL_MAX: &str = "200000000";

fn rows(count: u32) -> Value {
    (0..count).map(|row| json!([f64::from(row * row % 997), f64::from(row % 13)])).collect()
}

#[test]
fn a_call_that_cannot_finish_is_refused_before_it_starts() {
    let kde = ("kde.wasm", &bundled("kde")[..]);
    let mut server = Server::start_with(&[kde], &[("PYNOMALY_PLUGIN_FUEL_MAX", FUEL_MAX)]);
    let admin = server.admin();
    assert!(admin.get("/api/v1/detectors/kde").json()["cost"].is_null());
    assert_eq!(admin.detect("kde", &rows(3_000), &json!({})).code(), "plugin_limit_fuel");

    let in_folder = |name: &str| server.plugin_folder().join(name).display().to_string();
    let (component, card) = (in_folder("kde.wasm"), in_folder("kde.card.json"));
    let (passed, said) = server.run(&["plugin", "check", &component, "--short", "--card", &card]);
    assert!(passed && said.contains("cost card: measured up to 4096 × 24"), "{said}");
    server.kill();
    server.restart();

    let admin = server.admin();
    let cost = admin.get("/api/v1/detectors/kde").json()["cost"].clone();
    assert!(cost["fit"]["fuel"]["terms"][0]["factor"].as_f64().unwrap() > 0.0, "{cost}");
    let refused = admin.detect("kde", &rows(3_000), &json!({}));
    assert_eq!((refused.status, refused.code().as_str()), (422, "too_costly"));
    let problem = refused.json();
    assert_eq!(problem["errors"][0]["pointer"], "/data");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("`kde` needs at least ")
            && detail.ends_with(" units of fuel for 3000 × 2, and may use 200000000"),
        "{detail}"
    );
    // The card was measured under the defaults: with others the call is begun.
    let other = json!({"parameters": {"bandwidth": 250.0}});
    assert_eq!(admin.detect("kde", &rows(3_000), &other).code(), "plugin_limit_fuel");
    assert_eq!(admin.detect("kde", &rows(100), &json!({})).status, 200);
}

#[test]
fn a_card_of_another_component_is_not_believed() {
    let kde = ("kde.wasm", &bundled("kde")[..]);
    let foreign = ("kde.card.json", &b"{\"digest\": \"sha256:00\"}"[..]);
    let server = Server::start(&[kde, foreign]);
    let admin = server.admin();
    let card = admin.get("/api/v1/detectors/kde");
    assert!(card.status == 200 && card.json()["cost"].is_null(), "{}", card.text);
}
