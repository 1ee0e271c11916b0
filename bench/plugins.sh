#!/usr/bin/env bash
# Plugins in the sandbox, metered, against the same crates compiled natively; one row on a warm
# model through the engine.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
[ -f target/plugins/knn.wasm ] || cargo xtask plugins
cargo build --quiet --release --package pynomaly-bench --example plugins
exec taskset -c 0 "$target/release/examples/plugins" target/plugins
