#!/usr/bin/env bash
# What each way of bounding a call costs: fuel, epochs, both, and calls as coroutines.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
[ -f target/plugins/knn.wasm ] || cargo xtask plugins
cargo build --quiet --release --package pynomaly-bench --example metering
exec taskset -c 0 "$target/release/examples/metering" target/plugins
