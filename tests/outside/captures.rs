//! Calls of plugins that failed: kept where that is wanted, and made again by their author.

use crate::support::{Client, Server, guest};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const CAPTURES: &str = "/api/v1/admin/captures";

fn server(more: &[(&str, &str)]) -> Server {
    let settings = [&[("PYNOMALY_PLUGIN_WALL_MAX_MS", "500")], more].concat();
    Server::start_with(&[("hostile.wasm", &guest("hostile"))], &settings)
}

fn misbehave(client: &Client, mode: &str) -> u16 {
    let rows = json!([[1.0, 2.0], [0.1, -0.0], [1.5, 1.5]]);
    let more = json!({"parameters": {"mode": mode}, "contamination": 0.25});
    client.detect("hostile", &rows, &more).status
}

/// Waits until so many are kept; the newest first.
fn kept(admin: &Client, count: usize) -> Vec<Value> {
    let started = Instant::now();
    loop {
        let list = admin.get(CAPTURES).json()["items"].as_array().unwrap().clone();
        if list.len() == count {
            return list;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{list:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn nothing_is_kept_unless_somebody_wants_it() {
    let server = server(&[]);
    let admin = server.admin();
    assert_eq!(misbehave(&admin, "unreachable"), 502);
    std::thread::sleep(Duration::from_millis(300));
    kept(&admin, 0);
}

#[test]
fn failed_call_is_kept_and_its_author_sees_the_line() {
    let server = server(&[("PYNOMALY_CAPTURE", "true")]);
    let admin = server.admin();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bundle.json");
    let modes = [
        ("unreachable", "trap"),
        ("divide_by_zero", "trap"),
        ("panic", "trap"),
        ("loop", "wall"),
        ("recurse", "stack"),
    ];
    for (index, (mode, kind)) in modes.into_iter().enumerate() {
        assert!(misbehave(&admin, mode) >= 400, "{mode}");
        let newest = kept(&admin, index + 1).swap_remove(0);
        assert_eq!(newest["detector_type"], "hostile", "{newest}");
        let path = format!("{CAPTURES}/{}", newest["id"].as_str().unwrap());
        let bundle = admin.get(&path);
        assert_eq!(bundle.json()["parameters"]["mode"], mode, "{bundle:?}");
        assert_eq!(bundle.json()["data"], json!([1.0, 2.0, 0.1, -0.0, 1.5, 1.5]));
        assert_eq!(bundle.json()["seed"], 7);
        assert_eq!(bundle.json()["limits"]["wall_ms"], 500);
        assert!(bundle.header("content-disposition").contains(".bundle.json"));
        std::fs::write(&file, &bundle.text).unwrap();
        let (is_well, output) = server.run(&["plugin", "replay", file.to_str().unwrap()]);
        println!("{mode}:\n{output}");
        assert!(!is_well);
        let bundle = bundle.json();
        assert!(output.contains(&format!("then     {}", bundle["error"].as_str().unwrap())));
        // What the plugin said may hold what is in the rows: lists have the kind alone.
        assert_eq!(newest["error"], kind, "{newest}");
        assert!(output.contains("  at tests/guests/hostile/src/lib.rs:"), "{output}");
    }
    // What works, and what is the caller's own fault, is nobody's business.
    assert_eq!(misbehave(&admin, "fine"), 200);
    assert_eq!(misbehave(&admin, "unknown"), 422);
    let all = kept(&admin, modes.len());
    // Another build of the same plugin.
    let other = folder.path().join("other.wasm");
    std::fs::write(&other, [&guest("hostile")[..], &[0, 3, 1, b'x', 1]].concat()).unwrap();
    let (file, other) = (file.to_str().unwrap(), other.to_str().unwrap());
    let (_, output) = server.run(&["plugin", "replay", file, "--plugin", other]);
    assert!(output.contains("here another build of it: sha256:"), "{output}");
    let path = format!("{CAPTURES}/{}", all[0]["id"].as_str().unwrap());
    assert_eq!((admin.delete(&path).status, admin.delete(&path).status), (204, 404));
    assert_eq!(admin.get(&path).status, 404);
    for (action, count) in [("capture.read", modes.len()), ("capture.delete", 1)] {
        let logs = admin.get(&format!("/api/v1/admin/audit-logs?action={action}")).json();
        assert_eq!(logs["items"].as_array().unwrap().len(), count, "{logs}");
    }
}

#[test]
fn fit_that_failed_is_made_again_as_a_fit() {
    let server = server(&[("PYNOMALY_CAPTURE", "true")]);
    let admin = server.admin();
    let body = json!({"name": "pumps", "data": [[1.0, 2.0], [2.0, 1.0], [1.5, 1.5]],
        "detector_type": "hostile", "parameters": {"mode": "panic"}});
    assert_eq!(admin.post("/api/v1/models", &body).status, 502);
    let path = format!("{CAPTURES}/{}", kept(&admin, 1)[0]["id"].as_str().unwrap());
    let bundle = admin.get(&path);
    assert_eq!(bundle.json()["call"], "fit", "{bundle:?}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bundle.json");
    std::fs::write(&file, &bundle.text).unwrap();
    let (is_well, output) = server.run(&["plugin", "replay", file.to_str().unwrap()]);
    assert!(!is_well && output.contains("call     Fit, 3 x 2"), "{output}");
    assert!(output.contains("now      the plugin failed: panicked at"), "{output}");
}

#[test]
fn score_that_failed_is_made_again_with_the_state_of_the_model() {
    let server = server(&[("PYNOMALY_CAPTURE", "true")]);
    let admin = server.admin();
    let body = json!({"name": "pumps", "data": [[1.0, 2.0], [2.0, 1.0], [1.5, 1.5]],
        "detector_type": "hostile", "parameters": {"mode": "loop_in_explain"}});
    let model = admin.post("/api/v1/models", &body);
    assert_eq!(model.status, 201, "{model:?}");
    let path = format!("/api/v1/models/{}/score", model.json()["model_id"].as_str().unwrap());
    assert_eq!(admin.post(&path, &json!({"data": [[1.0, 7.0]]})).status, 200);
    let explained = admin.post(&path, &json!({"data": [[1.0, 7.0]], "explain": true}));
    assert_eq!(explained.status, 504, "{explained:?}");
    let newest = kept(&admin, 1).swap_remove(0);
    assert_eq!(newest["error"], "wall", "{newest}");
    let bundle = admin.get(&format!("{CAPTURES}/{}", newest["id"].as_str().unwrap()));
    let said = bundle.json();
    assert_eq!(said["call"], "score", "{said}");
    assert!(said["model"].is_string() && said["threshold"].is_number(), "{said}");
    assert_eq!(said["data"], json!([1.0, 7.0]));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bundle.json");
    std::fs::write(&file, &bundle.text).unwrap();
    let (is_well, output) = server.run(&["plugin", "replay", file.to_str().unwrap()]);
    assert!(!is_well && output.contains("call     Score, 1 x 2"), "{output}");
    assert!(output.contains("  at tests/guests/hostile/src/lib.rs:"), "{output}");
}

#[test]
fn rows_that_are_too_many_are_not_kept() {
    let server = server(&[("PYNOMALY_CAPTURE", "true")]);
    let admin = server.admin();
    // A MiB is 131,072 values.
    for (rows, count) in [(131_073, 0), (131_072, 1), (3, 2)] {
        let rows = json!((0..rows).map(|row| [row % 7]).collect::<Vec<_>>());
        let more = json!({"parameters": {"mode": "unreachable"}});
        assert_eq!(admin.detect("hostile", &rows, &more).status, 502);
        let newest = kept(&admin, count).into_iter().next();
        let Some(newest) = newest else { continue };
        let path = format!("{CAPTURES}/{}", newest["id"].as_str().unwrap());
        let data = admin.get(&path).json()["data"].as_array().unwrap().len();
        assert_eq!(data, rows.as_array().unwrap().len());
    }
}

#[test]
fn what_is_kept_can_be_read_however_long_its_names_are() {
    let server = server(&[("PYNOMALY_CAPTURE", "true"), ("PYNOMALY_BREAKER", "false")]);
    let admin = server.admin();
    // Few bytes of rows, and packed too, but more text than a bundle may have.
    let names: Vec<_> = (0..10_000).map(|column| format!("{column:0200}")).collect();
    let rows = json!(vec![vec![1.0 / 3.0; 10_000]; 10]);
    let more = json!({"parameters": {"mode": "unreachable"}, "columns": names});
    assert_eq!(admin.detect("hostile", &rows, &more).status, 502);
    std::thread::sleep(Duration::from_millis(500));
    // One that waits for its turn may be left out.
    let started = Instant::now();
    let all = loop {
        assert_eq!(misbehave(&admin, "unreachable"), 502);
        let list = admin.get(CAPTURES).json()["items"].as_array().unwrap().clone();
        if !list.is_empty() || started.elapsed() > Duration::from_secs(20) {
            break list;
        }
    };
    assert!(!all.is_empty());
    for capture in all {
        let bundle = admin.get(&format!("{CAPTURES}/{}", capture["id"].as_str().unwrap()));
        assert_eq!(bundle.status, 200, "{capture}");
        assert_eq!(bundle.json()["columns"], 2);
    }
}

#[test]
fn bundle_is_for_admins_of_its_organisation_and_has_the_component_for_the_home_one() {
    let server = server(&[("PYNOMALY_CAPTURE", "true")]);
    let admin = server.admin();
    let acme = json!({"name": "acme", "admin_email": "eve@acme.example"});
    let made = admin.post("/api/v1/admin/tenants", &acme).json();
    let password = made["admin"]["password"].as_str().unwrap();
    let eve = server.anyone().log_in("eve@acme.example", password);
    let ann = json!({"email": "ann@acme.example", "password": "correct horse battery", "role": "analyst"});
    assert_eq!(eve.post("/api/v1/admin/users", &ann).status, 201);
    let ann = server.anyone().log_in("ann@acme.example", "correct horse battery");
    assert_eq!(misbehave(&ann, "unreachable"), 502);
    let path = format!("{CAPTURES}/{}", kept(&eve, 1)[0]["id"].as_str().unwrap());
    kept(&admin, 0);
    let status = |client: &Client| client.get(&path).status;
    assert_eq!((status(&admin), status(&ann), status(&eve)), (404, 403, 200));
    let bundle = eve.get(&path);
    assert!(bundle.json().get("component").is_none(), "{bundle:?}");
    let folder = tempfile::tempdir().unwrap();
    let (file, plugin) = (folder.path().join("bundle.json"), folder.path().join("hostile.wasm"));
    std::fs::write(&file, &bundle.text).unwrap();
    std::fs::write(&plugin, guest("hostile")).unwrap();
    let (file, plugin) = (file.to_str().unwrap(), plugin.to_str().unwrap());
    let (_, output) = server.run(&["plugin", "replay", file]);
    assert!(output.contains("give it with --plugin"), "{output}");
    let (_, output) = server.run(&["plugin", "replay", file, "--plugin", plugin]);
    assert!(output.contains("hostile/src/lib.rs:"), "{output}");
}
