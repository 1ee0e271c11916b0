#!/usr/bin/env bash
# Detections a second, each durable when it is acknowledged, against plain transactions of the same
# rows from as many connections, on SQLite and on a Postgres of its own with its default durability.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
cargo build --quiet --release --package pynomaly-bench --example durable

folder="$(mktemp -d)"
trap '[ -z "${postgres:-}" ] || kill -INT "$postgres"; wait; rm -rf "$folder"' EXIT
echo "16 connections, medians of 3 rounds in turn"
"$target/release/examples/durable" "$folder"

binaries="$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)"
as=()
if [ "$(id -u)" = 0 ]; then
    chown nobody "$folder"
    as=(setpriv --reuid nobody --regid nogroup --clear-groups --)
fi
port=$((20000 + RANDOM % 20000))
"${as[@]}" "$binaries/initdb" -U postgres --auth=trust -D "$folder/pg" >/dev/null
"${as[@]}" "$binaries/postgres" -D "$folder/pg" -p "$port" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories= >/dev/null 2>&1 &
postgres=$!
until "$binaries/pg_isready" -q -h 127.0.0.1 -p "$port"; do sleep 0.1; done
"$target/release/examples/durable" "$folder" "postgres://postgres@127.0.0.1:$port/postgres"
