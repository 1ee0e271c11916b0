#!/usr/bin/env bash
# ensemble.sh FOLDER: mean ROC AUC and average precision of the isolation forest's variants, of the
# default ensemble and of its members on labelled sets: 70 % of the rows train, 30 % are scored,
# stratified, min-max scaled, seeds 1 to 3. FOLDER holds NAME.csv.gz files with a header and the label
# (1 = anomaly) last. Exits with 1 where the ensemble is not above the standard forest in both.
set -euo pipefail
folder="$(realpath "${1:?give the folder of the data sets}")"
cd "$(dirname "$0")/.."
[ -f target/plugins/knn.wasm ] || cargo xtask plugins
exec cargo run --quiet --release --package pynomaly-bench --example ensemble -- \
    target/plugins "$folder"
