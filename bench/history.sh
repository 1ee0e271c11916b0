#!/usr/bin/env bash
# List of 50 detections out of a million, over HTTP, on SQLite and on Postgres: p50, p95, p99. A
# million detections are made by one statement; Postgres is one of our own, thrown away afterwards.
# ROWS makes another number of them, PYNOMALY another binary.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"

if [ ! -d /usr/lib/postgresql ]; then
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends postgresql
fi
if [ -z "${PYNOMALY:-}" ]; then
    cargo build --quiet --release --package pynomaly
    PYNOMALY="$target/release/pynomaly"
fi
exec python3 bench/history/measure.py "$PYNOMALY" "${ROWS:-1000000}"
