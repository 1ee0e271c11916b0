#!/usr/bin/env bash
# Memory and time of a server with many plugins: 10,000 reloads of one plugin, each an upload of
# bytes not seen before, a promotion under requests, and the deletion of the version before; then a
# hundred versions, and a start with all of them in the compile cache. RELOADS makes another number.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"

cargo build --quiet --release --package pynomaly
[ -f target/plugins/knn.wasm ] || cargo xtask plugins

exec python3 bench/fleet/measure.py "$target/release/pynomaly" "${RELOADS:-10000}"
