//! Generated from `wit/1.0`: the types and functions of the contract with every ability that the
//! SDK serves. The export macros of the single worlds live in crates of their own, because those
//! of two worlds that share an interface cannot live in one: that of `plugin` in the SDK, and
//! those of `explaining-plugin` and `streaming-plugin` in folders beside this file's.
#![cfg(target_arch = "wasm32")]
#![expect(missing_docs, reason = "generated; documented in wit/1.0")]

wit_bindgen::generate!({
    inline: "
        package pynomaly:sdk;

        world abilities {
            include pynomaly:detector/explaining-plugin@1.0.0;
            include pynomaly:detector/streaming-plugin@1.0.0;
        }
    ",
    path: "wit",
    world: "pynomaly:sdk/abilities",
    generate_all,
    pub_export_macro: true,
    default_bindings_module: "pynomaly_sdk_bindings",
});
