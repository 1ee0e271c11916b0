#!/bin/sh
# Applies an overlay with an image in the place of the one that it names:
#   apply.sh overlays/production registry.example.com/pynomaly@sha256:…
# DRY_RUN=1 prints what would be applied.
set -eu
overlay=$1
image=$2
case $image in
    *@sha256:*) ;;
    *) echo "$image names no digest: a tag may mean another image tomorrow" >&2; exit 2 ;;
esac
folder=$(cd "$(dirname "$0")" && pwd)
rendered=$(mktemp)
trap 'rm -f "$rendered"' EXIT
kubectl kustomize "$folder/$overlay" > "$rendered"
sed -i -E "s|^( *image: ).*pynomaly(:[^ ]*)?$|\1$image|" "$rendered"
grep -q "image: $image" "$rendered" || { echo "$overlay has no image" >&2; exit 1; }
if [ -n "${DRY_RUN:-}" ]; then
    cat "$rendered"
else
    kubectl apply --filename "$rendered"
fi
