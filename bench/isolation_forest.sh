#!/usr/bin/env bash
# The isolation forest against scikit-learn's and isotree's, in turn on the same rows, one
# processor each: fit, fit + score, one row, peak memory; and two threads against one.
set -euo pipefail
cd "$(dirname "$0")/.."
venv="${XDG_CACHE_HOME:-$HOME/.cache}/pynomaly/bench-venv"
target="${CARGO_TARGET_DIR:-target}"

if [ ! -f "$venv/complete" ]; then
    python3 -m venv "$venv"
    # isotree imports pandas but does not ask for it.
    "$venv/bin/pip" install --quiet 'scikit-learn==1.9.*' 'isotree==0.6.*' pandas
    touch "$venv/complete"
fi
cargo build --quiet --release --package pynomaly-bench --example isolation_forest

exec "$venv/bin/python" bench/isolation_forest/measure.py "$target/release/examples/isolation_forest"
