//! The world `streaming-plugin`, of which only the export macro is used: it makes a component that
//! exports just what that world does, out of the functions of `pynomaly-sdk-bindings`.
#![cfg(target_arch = "wasm32")]
#![expect(missing_docs, reason = "generated; documented in wit/1.0")]

wit_bindgen::generate!({
    path: "wit",
    world: "streaming-plugin",
    pub_export_macro: true,
    default_bindings_module: "pynomaly_sdk_streaming",
});
