#!/usr/bin/env bash
# suite.sh [FOLDER]: every bundled detector, in the sandbox and metered, against PyOD and against
# the native build of the same crate, in turn on the same rows, one processor; one row on a warm
# model; and, where FOLDER holds ADBench sets (NAME.csv.gz, NAME.csv or NAME.npz; a CSV file has a
# header and the label, 1 = anomaly, last), the mean ROC AUC of both: 70 % of the rows train, 30 %
# are scored, stratified, min-max scaled, seeds 1 to 3.
set -euo pipefail
folder="${1:+$(realpath "$1")}"
cd "$(dirname "$0")/.."
venv="${XDG_CACHE_HOME:-$HOME/.cache}/pynomaly/suite-venv"
target="${CARGO_TARGET_DIR:-target}"

if [ ! -f "$venv/complete" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet 'pyod==3.6.7' 'scikit-learn==1.9.*'
    touch "$venv/complete"
fi
[ -f target/plugins/mcd.wasm ] || cargo xtask plugins
cargo build --quiet --release --package pynomaly-bench --example suite

export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
exec taskset -c 0 "$venv/bin/python" bench/suite/measure.py \
    "$target/release/examples/suite" target/plugins ${folder:+"$folder"}
