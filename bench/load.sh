#!/usr/bin/env bash
# The published service under load: 280×280 PNGs as forms over 8 connections, beside the load generator on this machine.
# Prints the time until it is ready, requests/s, latency, processor time per request against the floor measured in the same run (the image codec and the
# network
# alone on one core, see bench/Stages), and resident memory.
# Usage, on an idle machine: bench/load.sh     env: SECONDS_EACH=10 ROUNDS=3 CONNECTIONS=8 PORT=5900 APP=PUBLISHED_FOLDER     needs: apt-get install wrk curl
set -euo pipefail
source "$(dirname "$0")/service.sh"
seconds=${SECONDS_EACH:-10} rounds=${ROUNDS:-3} connections=${CONNECTIONS:-8}
publish_service
dotnet build bench/Stages -c Release --nologo -v quiet

now() { date +%s%N; }
for start in 1 2 3; do # the first warms the disk's cache
  [[ -z $service ]] || { kill "$service"; wait "$service" || true; }
  begin=$(now)
  start_published 0.01
  echo "ready $(((($(now) - begin)) / 1000000)) ms after start $start"
done

load() { wrk -t1 -c"$connections" -d"$1s" --latency -s bench/post.lua "$url/predict"; }
echo "resident before load: $(resident_mb) MB"
load 5 >/dev/null # to warm up
for round in $(seq "$rounds"); do
  before=$(ticks "/proc/$service")
  load "$seconds" >"$work/wrk"
  after=$(ticks "/proc/$service")
  awk -v round="$round" -v ticks=$((after - before)) -v hertz="$(getconf CLK_TCK)" -v rss="$(resident_mb) MB" -v out="$work/cpu" '
    /Requests\/sec/ { rate = $2 } /50%/ { p50 = $2 } /99%/ { p99 = $2 } /requests in/ { n = $1 } /Non-2xx|Socket errors/ { errors = errors " " $0 }
    END { cpu = ticks / hertz * 1e6 / n; print cpu >>out
      printf "round %d: %.0f requests/s, p50 %s, p99 %s, %.0f µs of processor a request, resident %s%s\n",
        round, rate, p50, p99, cpu, rss, errors }' "$work/wrk"
done
artifacts/bin/Stages/release/Stages quick | tee "$work/stages"
floor=$(awk '/^floor/ { print $(NF - 1) }' "$work/stages")
sort -n "$work/cpu" | awk -v floor="$floor" '{ v[NR] = $1 }
  END { m = v[int((NR + 1) / 2)]; printf "processor a request / floor = %.0f / %.0f = %.2f\n", m, floor, m / floor }'
