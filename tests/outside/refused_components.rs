//! Components that must never serve: each is refused with the step and the cause, and nothing
//! else notices.

use crate::support::{Server, add_to_module, bundled, spoilt};
use serde_json::{Value, json};

/// Starts a server with `knn` and this component; gives the reason of its refusal.
fn reason(component: &[u8]) -> String {
    let server = Server::start(&[("knn.wasm", &bundled("knn")), ("bad.wasm", component)]);
    let admin = server.admin();
    let rows = json!([[1.0], [2.0], [3.0], [4.0], [5.0], [60.0]]);
    assert_eq!(admin.detect("knn", &rows, &json!({})).status, 200);
    let plugins = admin.get("/api/v1/admin/plugins").json();
    let items = plugins["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), 2, "{plugins}");
    let bad = items.into_iter().find(|it| it["source"] == "bad.wasm").unwrap();
    assert_eq!(bad["state"], "refused", "{bad}");
    assert_eq!(bad["detector_type"], Value::Null, "{bad}");
    bad["refused"]["reason"].as_str().unwrap().to_owned()
}

#[test]
fn bytes_that_are_no_component() {
    assert!(reason(b"not wasm at all").starts_with("format: "));
    assert!(reason(b"").starts_with("format: "));
    let knn = bundled("knn");
    assert!(reason(&knn[..knn.len() / 2]).starts_with("format: "));
}

#[test]
fn component_that_imports_sockets() {
    let sockets = "package wasi:sockets@0.2.0 { interface network { \
                   resource network; open: func() -> network; } }";
    let world = spoilt_with(sockets, "import wasi:sockets/network@0.2.0;");
    let reason = reason(&world);
    assert_eq!(reason, "imports: `wasi:sockets/network@0.2.0` is not granted to plugins");
}

#[test]
fn component_with_four_gib_of_initial_memory() {
    let component = spoilt("", "", |text| text.replace("(memory (;0;) 0)", "(memory (;0;) 65536)"));
    let reason = reason(&component);
    assert!(
        reason.starts_with("resources: bytes of memory of 4294967296, the limit is"),
        "{reason}"
    );
}

#[test]
fn component_that_spins_in_its_start_function() {
    let start = "(func $spin (loop $again (br $again))) (start $spin)";
    let component = spoilt("", "", |text| add_to_module(&text, start));
    let reason = reason(&component);
    assert!(reason.starts_with("describe: the call ran into its limit of"), "{reason}");
}

#[test]
fn component_that_traps_in_describe() {
    let component = spoilt("", "", |text| text);
    let reason = reason(&component);
    assert!(reason.starts_with("describe: the plugin failed: wasm `unreachable`"), "{reason}");
}

#[test]
fn component_of_another_contract() {
    let component = wat::parse_str("(component)").unwrap();
    assert!(reason(&component).starts_with("contract: "));
}

#[test]
fn component_that_names_itself_like_a_native_detector_or_a_served_one() {
    let other = [&bundled("knn")[..], &[0, 2, 1, b'x']].concat();
    let server = Server::start(&[("a.wasm", &bundled("knn")), ("b.wasm", &other)]);
    let plugins = server.admin().get("/api/v1/admin/plugins").json();
    let items = plugins["items"].as_array().unwrap();
    assert_eq!(items.iter().filter(|it| it["state"] == "active").count(), 1, "{plugins}");
    let refused = items.iter().find(|it| it["state"] == "refused").unwrap();
    assert_eq!(refused["source"], "b.wasm");
    assert_eq!(refused["refused"]["reason"], "the name `knn` is already served by `a.wasm`");
}

#[test]
fn component_over_the_size_limit() {
    let mut component = bundled("knn");
    component.resize(33 * 1024 * 1024, 0);
    assert!(reason(&component).starts_with("size: "));
}

fn spoilt_with(packages: &str, import: &str) -> Vec<u8> {
    spoilt(packages, import, |text| text)
}
