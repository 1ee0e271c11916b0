#!/bin/sh
# Watches for some minutes, and ends with 1 as soon as an alert fires that a roll-out may cause:
#   PROMETHEUS=http://prometheus:9090 watch.sh 30
# A Prometheus that does not answer counts as an alert: nobody would see one.
set -eu
minutes=$1
: "${PROMETHEUS:?}"
ends=$(($(date +%s) + minutes * 60))
query='ALERTS{alertstate="firing",service=~"pynomaly|plugins|slo|database"}'
while :; do
    firing=$(promtool query instant "$PROMETHEUS" "$query") || { echo "no answer from Prometheus" >&2; exit 1; }
    if [ -n "$firing" ]; then
        echo "firing: $firing" >&2
        exit 1
    fi
    [ "$(date +%s)" -lt "$ends" ] || break
    sleep "${PAUSE:-15}"
done
echo "no alert in $minutes minutes"
