#!/usr/bin/env bash
# adbench.sh FOLDER: the isolation forest's ROC AUC on labelled sets, 10 seeds each, against the
# scikit-learn figures in FOLDER/reference.json. FOLDER holds NAME.csv.gz files with a header and
# the label (1 = anomaly) last. Exits with 1 where the mean is more than 0.005 below the reference.
set -euo pipefail
folder="$(realpath "${1:?give the folder of the data sets}")"
cd "$(dirname "$0")/.."
exec cargo run --quiet --release --package pynomaly-bench --example adbench -- "$folder"
