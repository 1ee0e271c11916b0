//! The host's side of `wit/1.0`, generated.
#![expect(unreachable_pub, reason = "generated; documented in wit/1.0")]

wasmtime::component::bindgen!({
    path: "../../wit/1.0",
    world: "plugin",
    imports: { default: trappable },
    exports: { default: async },
    ownership: Borrowing { duplicate_if_necessary: true },
});

pub use exports::pynomaly::detector::detector as contract;
pub use pynomaly::detector::{log, types};
