#!/usr/bin/env bash
# Resident memory of the published service over many requests, about every 50,000 of them: 280×280 PNGs as forms over 8 connections.
# Fails above 200 MB, where it grows by more than 10 MB after the first 50,000, or where an answer isn't 200.
# Usage: bench/soak.sh [REQUESTS]      500,000 by default     env: PORT=5900 APP=PUBLISHED_FOLDER     needs: apt-get install wrk curl
set -euo pipefail
source "$(dirname "$0")/service.sh"
requests=${1:-500000} sent=0 next=0
start_service
echo "| requests | resident memory, MB |"
echo "|---:|---:|"
while true; do
  if ((sent >= next)); then
    echo "| $sent | $(resident_mb) |"
    ((sent == 0)) || { resident_mb; echo; } >>"$work/resident"
    ((sent < requests)) || break
    next=$((next + 50000))
  fi
  wrk -t1 -c8 -d2s -s bench/post.lua "$url/predict" >"$work/wrk"
  if grep -E 'Non-2xx|Socket errors' "$work/wrk"; then exit 1; fi
  sent=$((sent + $(awk '/requests in/ { print $1 }' "$work/wrk")))
done
awk 'NR == 1 { first = $1 } { last = $1 } $1 > 200 { above = 1 } END { exit above || last - first > 10 }' "$work/resident" ||
  { echo "resident memory grows, or is above 200 MB" >&2; exit 1; }
