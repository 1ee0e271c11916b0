#!/usr/bin/env bash
# Requests a second of POST /api/v1/detect against two Python servers that do the same without
# accounts and without a database; host time beside the detector; start to ready; idle memory.
# Every server is pinned to one core in turn, the load generator to another.
set -euo pipefail
cd "$(dirname "$0")/.."
cache="${XDG_CACHE_HOME:-$HOME/.cache}/pynomaly"
target="${CARGO_TARGET_DIR:-target}"

command -v wrk >/dev/null || apt-get install -y -qq --no-install-recommends wrk
if [ ! -x "$cache/http-venv/bin/uvicorn" ]; then
    python3 -m venv "$cache/http-venv"
    "$cache/http-venv/bin/pip" install --quiet 'fastapi==0.*' 'uvicorn[standard]==0.*' \
        'scikit-learn==1.9.*' 'isotree==0.6.*' pandas
fi
cargo build --quiet --release --package pynomaly
cargo build --quiet --release --package pynomaly-bench --example parse_json
[ -f target/plugins/knn.wasm ] || cargo xtask plugins

exec "$cache/http-venv/bin/python" bench/http/measure.py \
    "$target/release/pynomaly" "$target/release/examples/parse_json" "$cache/http-venv/bin/uvicorn" "$@"
