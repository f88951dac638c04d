#!/usr/bin/env bash
# What ?explain=true adds to a request, one at a time: steps, saliency of two digits and feature maps, by the service's own Server-Timing; and resident memory
# before and after the first explanation.
# Usage, on an idle machine: bench/explain.sh     env: REQUESTS=300 PORT=5900 APP=PUBLISHED_FOLDER     needs: apt-get install curl
set -euo pipefail
source "$(dirname "$0")/service.sh"
requests=${REQUESTS:-300}
start_service

ask() { # path times: the stages of each request
  for _ in $(seq "$2"); do echo "$url/$1"; done | sed 's/.*/url = "&"\noutput = "\/dev\/null"/' >"$work/urls"
  curl -s -H 'Content-Type: image/png' --data-binary @bench/three.png -w '%header{server-timing}\n' -K "$work/urls"
}

ask predict 300 >/dev/null # to warm up
echo "resident before the first explanation: $(resident_mb) MB"
echo "the first explanation: $(ask 'predict?explain=true' 1 | grep -oP 'explain;dur=\K[\d.]+') ms, resident $(resident_mb) MB"
ask 'predict?explain=true' 100 >/dev/null
ask 'predict?explain=true' "$requests" | grep -oP 'explain;dur=\K[\d.]+' | sort -n |
  awk '{ v[NR] = $1 } END { printf "explanation: median %.1f ms, 99 %% within %.1f ms (n = %d)\n", v[int((NR + 1) / 2)], v[int(NR * 0.99)], NR }'
echo "resident after: $(resident_mb) MB"
