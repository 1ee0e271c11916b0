#!/usr/bin/env bash
# One row through POST /api/v1/models/{id}/score, warm, by API key, kept in the history, against a
# bare axum handler that parses the same body and answers a constant; and its 99th percentile at
# half of that load. Each server in turn on one core, the load on another.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"

command -v wrk >/dev/null || apt-get install -y -qq --no-install-recommends wrk
cargo build --quiet --release --package pynomaly
cargo build --quiet --release --package pynomaly-bench --example bare_handler
[ -f target/plugins/knn.wasm ] || cargo xtask plugins

exec python3 bench/models/measure.py "$target/release/pynomaly" "$target/release/examples/bare_handler"
