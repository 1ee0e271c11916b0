#!/usr/bin/env bash
# The callers' 99th percentile of POST /api/v1/detect at half load, with no version in shadow and
# with one that sees 10 % of the requests, in rounds that take turns. The server on one core, the
# load on another.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"

command -v wrk >/dev/null || apt-get install -y -qq --no-install-recommends wrk
cargo build --quiet --release --package pynomaly
[ -f target/plugins/knn.wasm ] || cargo xtask plugins

exec python3 bench/shadow/measure.py "$target/release/pynomaly"
