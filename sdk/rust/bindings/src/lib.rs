//! Generated from `wit/1.0`: the types and functions of the contract with every ability that the
//! SDK serves. A crate of its own, because the export macros of two worlds that share an
//! interface cannot live in one; the SDK has those of the world `plugin`.
#![cfg(target_arch = "wasm32")]
#![expect(missing_docs, reason = "generated; documented in wit/1.0")]

wit_bindgen::generate!({
    path: "../../../wit/1.0",
    world: "streaming-plugin",
    pub_export_macro: true,
    default_bindings_module: "pynomaly_sdk_bindings",
});
