#!/usr/bin/env bash
# How many requests per second one core of the service answers and one core of nginx passes on, by the processor time that each spends on a request, and
# what that means for
# larger loads (deploy/capacity.sh): the published service behind nginx with deploy/nginx/nginx.conf, 280×280 PNGs as forms over 8 connections.
# Usage, on an idle machine: bench/capacity.sh     env: WARMUP=15 SECONDS_EACH=10 ROUNDS=3 PORT=5900 APP=PUBLISHED_FOLDER     needs: apt-get install wrk
# curl nginx-light
set -euo pipefail
source "$(dirname "$0")/service.sh"
PATH=$PATH:/usr/sbin
proxy=http://127.0.0.1:$((${PORT:-5900} + 1))
start_service
mkdir "$work/nginx"
echo "server ${url#http://};" >"$work/nginx/replicas.conf"
sed "s/listen 8080;/listen ${proxy#http://};/; s|/tmp/nginx-|$work/nginx/|" deploy/nginx/nginx.conf >"$work/nginx/nginx.conf"
nginx -p "$work/nginx" -c nginx.conf -e stderr -g 'daemon off;' & nginx=$!
trap 'kill "$nginx" "$service" 2>/dev/null || true; wait; rm -rf "$work"' EXIT
until curl -sf -o /dev/null "$proxy/health/ready"; do kill -0 "$nginx"; sleep 0.1; done

load() { wrk -t1 -c8 -d"$1s" -s bench/post.lua "$proxy/predict" >"$work/wrk"; }
mapfile -t workers < <(pgrep -P "$nginx" | sed 's|^|/proc/|')
load "${WARMUP:-15}" # until the service has compiled again what runs often
for round in $(seq "${ROUNDS:-3}"); do
  before=$(ticks "/proc/$service") before_nginx=$(ticks "${workers[@]}")
  load "${SECONDS_EACH:-10}"
  awk -v service=$(($(ticks "/proc/$service") - before)) -v nginx=$(($(ticks "${workers[@]}") - before_nginx)) \
    -v hertz="$(getconf CLK_TCK)" -v out="$work/costs" '
    /requests in/ { n = $1 } /Requests\/sec/ { rate = $2 } /Non-2xx|Socket errors/ { errors = errors " " $0 }
    END { s = service / hertz * 1e6 / n; p = nginx / hertz * 1e6 / n; print s, p >>out
      printf "%.0f requests/s through nginx: %.0f µs of processor a request in the service, %.0f µs in nginx%s\n", rate, s, p, errors }' "$work/wrk"
done
median() { sort -n -k"$1,$1" "$work/costs" | awk -v column="$1" '{ v[NR] = $column } END { print v[int((NR + 1) / 2)] }'; }
per_core() { awk -v us="$(median "$1")" 'BEGIN { printf "%d", 1e6 / us }'; }
echo "one core of the service answers $(per_core 1) requests/s, one core of nginx passes on $(per_core 2)"
deploy/capacity.sh "$(per_core 1)" "$(per_core 2)"
