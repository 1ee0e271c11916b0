//! Guests that misbehave in a call: each is answered within its limit with a named error, and
//! the other detectors' answers stay what they were.

use crate::support::{Client, Server, bundled, guest};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// What a call may take at most in these tests.
const WALL: Duration = Duration::from_millis(1_000);
/// How much later than its limit an answer may come.
const GRACE: Duration = Duration::from_millis(250);

/// Mode of the hostile guest, and the code of the problem it must end in.
const MODES: [(&str, &str); 16] = [
    ("loop", "plugin_limit_wall"),
    ("recurse", "plugin_limit_stack"),
    ("allocate", "plugin_limit_memory"),
    ("panic", "plugin_trap"),
    ("divide_by_zero", "plugin_trap"),
    ("unreachable", "plugin_trap"),
    ("index_out_of_bounds", "plugin_trap"),
    ("too_few_scores", "plugin_contract"),
    ("too_many_scores", "plugin_contract"),
    ("nan_score", "plugin_contract"),
    ("infinite_score", "plugin_contract"),
    ("negative_infinite_score", "plugin_contract"),
    ("huge_output", "plugin_limit_transfer"),
    ("log_flood", "plugin_limit_wall"),
    ("huge_log_message", "plugin_limit_transfer"),
    ("huge_error", "plugin_limit_transfer"),
];

fn server() -> Server {
    let wall = WALL.as_millis().to_string();
    Server::start_with(
        &[("hostile.wasm", &guest("hostile")), ("knn.wasm", &bundled("knn"))],
        // Every one of the failures is to be answered.
        &[("PYNOMALY_PLUGIN_WALL_MAX_MS", &wall), ("PYNOMALY_BREAKER", "false")],
    )
}

fn rows() -> Value {
    json!([[1.0, 2.0], [2.0, 1.0], [1.5, 1.5], [1.0, 1.0], [2.0, 2.0], [1.2, 1.7], [90.0, -90.0]])
}

fn misbehave(client: &Client, mode: &str) -> String {
    client.detect("hostile", &rows(), &json!({"parameters": {"mode": mode}})).code()
}

fn others(client: &Client) -> [Vec<f64>; 2] {
    ["knn", "isolation_forest"].map(|name| client.detect(name, &rows(), &json!({})).scores())
}

#[test]
fn each_is_answered_within_its_limit_with_its_name() {
    let server = server();
    let admin = server.admin();
    let before = others(&admin);
    for (mode, code) in MODES {
        let asked = Instant::now();
        assert_eq!(misbehave(&admin, mode), code, "{mode}");
        let took = asked.elapsed();
        assert!(took <= WALL + GRACE, "{mode} took {took:?}");
        assert_eq!(others(&admin), before, "after {mode}");
    }
    let fine = admin.detect("hostile", &rows(), &json!({"parameters": {"mode": "fine"}}));
    assert_eq!(fine.status, 200, "{}", fine.text);
}

#[test]
fn each_that_misbehaves_when_asked_for_reasons_is_answered_too() {
    let server = server();
    let admin = server.admin();
    let before = others(&admin);
    let modes = [
        ("too_few_contributions", "plugin_contract"),
        ("nan_contribution", "plugin_contract"),
        ("huge_contributions", "plugin_limit_transfer"),
        ("loop_in_explain", "plugin_limit_wall"),
    ];
    for (mode, code) in modes {
        let asked = json!({"parameters": {"mode": mode}, "explain": true});
        assert_eq!(admin.detect("hostile", &rows(), &asked).code(), code, "{mode}");
        assert_eq!(others(&admin), before, "after {mode}");
    }
    let fine = admin.detect("hostile", &rows(), &json!({"explain": true}));
    assert_eq!(fine.json()["pipeline"]["explained"], "exact", "{}", fine.text);
}

#[test]
fn a_native_detector_that_is_asked_for_too_much_ends_in_time_too() {
    let server = Server::start_with(&[], &[("PYNOMALY_PLUGIN_WALL_MAX_MS", "300")]);
    let rows = json!((0..50_000).map(|row| [row % 997, row % 13]).collect::<Vec<_>>());
    let extra = json!({"parameters": {"n_estimators": 10_000}});
    let problem = server.admin().detect("isolation_forest", &rows, &extra);
    assert_eq!((problem.status, problem.code().as_str()), (504, "plugin_limit_wall"));
}

#[test]
fn a_panic_is_reported_with_its_message_and_place() {
    let server = server();
    let problem =
        server.admin().detect("hostile", &rows(), &json!({"parameters": {"mode": "panic"}}));
    let detail = problem.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("hostile") && detail.contains(".rs:"), "{detail}");
}

#[test]
fn fuel_is_a_limit_of_its_own() {
    let server = Server::start_with(
        &[("hostile.wasm", &guest("hostile"))],
        &[("PYNOMALY_PLUGIN_FUEL_MAX", "1000000")],
    );
    assert_eq!(misbehave(&server.admin(), "loop"), "plugin_limit_fuel");
}

#[test]
fn what_a_call_burnt_is_charged_however_it_ended() {
    let server = Server::start_with(
        &[("hostile.wasm", &guest("hostile")), ("knn.wasm", &bundled("knn"))],
        &[("PYNOMALY_PLUGIN_WALL_MAX_MS", "300")],
    );
    let admin = server.admin();
    let home = "/api/v1/admin/tenants/00000000-0000-7000-8000-000000000001";
    let limit = |fuel: u64| {
        let quota = json!({"rate_requests": null, "rate_burst": null, "fuel_per_day": fuel});
        assert_eq!(admin.patch(home, &json!({"quota": quota})).status, 200);
    };
    for mode in ["panic", "too_few_scores", "loop"] {
        let before = burnt(&admin);
        assert_ne!(misbehave(&admin, mode), "fuel_quota", "{mode}");
        assert!(burnt(&admin) > before, "{mode}");
        limit(burnt(&admin));
        assert_eq!(misbehave(&admin, mode), "fuel_quota", "{mode}");
        limit(burnt(&admin) + 1);
    }
}

/// Fuel that the guest has burnt, as the metrics say.
fn burnt(client: &Client) -> u64 {
    let metrics = client.get("/metrics").text;
    let name = "pynomaly_fuel_used_total{detector=\"hostile\"} ";
    metrics.lines().find_map(|line| line.strip_prefix(name)?.parse().ok()).unwrap_or(0)
}

#[test]
fn others_are_answered_right_while_guests_misbehave() {
    let server = server();
    let admin = server.admin();
    let before = others(&admin);
    std::thread::scope(|scope| {
        for mode in ["loop", "allocate", "log_flood"] {
            let admin = &admin;
            scope.spawn(move || (0..3).for_each(|_| drop(misbehave(admin, mode))));
        }
        for _ in 0..50 {
            assert_eq!(others(&admin), before);
        }
    });
}

#[test]
fn memory_is_back_to_its_level_after_200_rounds() {
    let server = server();
    let admin = server.admin();
    let modes = ["allocate", "panic", "recurse", "too_many_scores", "huge_output"];
    let round = |count: usize| {
        for mode in modes.iter().cycle().take(count) {
            misbehave(&admin, mode);
        }
    };
    round(20);
    let level = server.resident_kib();
    round(200);
    let now = server.resident_kib();
    assert!(now <= level + level / 10 + 8 * 1024, "{level} KiB before, {now} KiB after");
}
