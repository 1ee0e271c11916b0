#!/usr/bin/env bash
# The callers' 99th percentile of POST /api/v1/detect at half load, with nothing else to do and while a
# component of Python, some 20 MB, is uploaded and compiled, in rounds that take turns. The server and
# its compiler on one core, the load on another.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"

command -v wrk >/dev/null || apt-get install -y -qq --no-install-recommends wrk
cargo build --quiet --release --package pynomaly
[ -f target/plugins/knn.wasm ] || cargo xtask plugins
project="$target/bench-compiling"
if [ ! -f "$project/build/detector.wasm" ]; then
    "$target/release/pynomaly" plugin new big --lang python --dir "$project"
    "$target/release/pynomaly" plugin build --install "$project"
fi

exec python3 bench/compiling/measure.py "$target/release/pynomaly" "$project/build/detector.wasm"
