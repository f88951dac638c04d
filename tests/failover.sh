#!/usr/bin/env bash
# Four replicas behind nginx with the nginx.conf of docker-compose.yml, under load: one is killed, one is stopped with SIGTERM, the others take over a new model.
# No client may see an error: another status than 200, a broken connection, or no answer within five seconds.
# Usage: tests/failover.sh [SECONDS] [PUBLISHED_FOLDER]; needs nginx and wrk (Debian: apt-get install nginx-light wrk).
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-12}
app=${2:-}
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait; rm -rf "$work"' EXIT # by TERM, so that nginx takes its workers along

for tool in nginx wrk; do
  PATH=$PATH:/usr/sbin command -v $tool >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done
if [[ -z $app ]]; then
  app=$work/app
  dotnet publish src/MnistApi -c Release -o "$app" --nologo -v quiet
fi

mkdir -p "$work/nginx" "$work/models"
cp models/mnist.onnx "$work/models/"
for replica in 0 1 2 3; do
  Grpc__Port=0 Shutdown__GraceSeconds=2 Model__Path="$work/models/mnist.onnx" "$app/MnistApi" --urls http://127.0.0.1:0 >"$work/replica$replica.log" 2>&1 &
  pids+=($!)
done
ports=()
for replica in 0 1 2 3; do
  until port=$(grep -oPm1 '127\.0\.0\.1:\K\d+' "$work/replica$replica.log"); do sleep 0.1; done
  ports+=("$port")
  echo "server 127.0.0.1:$port max_fails=1 fail_timeout=5s;" >>"$work/nginx/replicas.conf"
done

# nginx takes no port 0: where another process has the one that was drawn, nginx ends, and another is drawn
until ((${nginx:-0})) && kill -0 "$nginx" 2>/dev/null && curl -sf "http://127.0.0.1:$port/health/ready" >/dev/null; do
  if ! ((${nginx:-0})) || ! kill -0 "$nginx" 2>/dev/null; then
    port=$((20000 + RANDOM % 10000))
    sed "s/listen 8080;/listen 127.0.0.1:$port;/; s|/tmp/nginx-|$work/nginx/|" deploy/nginx/nginx.conf >"$work/nginx/nginx.conf"
    PATH=$PATH:/usr/sbin nginx -p "$work/nginx" -c nginx.conf -e stderr -g 'daemon off;' 2>"$work/nginx.log" &
    nginx=$!
  fi
  sleep 0.1
done
pids+=("$nginx")

cat >"$work/load.lua" <<'LUA'
local pixels = {}
for i = 0, 783 do -- a 1
  local column, row = i % 28, math.floor(i / 28)
  pixels[#pixels + 1] = (column == 14 or column == 15) and row >= 5 and row < 25 and 255 or 0
end
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"pixels":[' .. table.concat(pixels, ",") .. "]}"
function done(summary)
  local e = summary.errors
  print(string.format("requests %d, errors: status %d, connect %d, read %d, write %d, timeout %d",
    summary.requests, e.status, e.connect, e.read, e.write, e.timeout))
end
LUA
wrk -t1 -c16 -d"${seconds}s" --timeout 5s -s "$work/load.lua" "http://127.0.0.1:$port/predict" >"$work/wrk.log" &
load=$!

sleep $((seconds / 4))
echo "kill -9 replica 0"
kill -9 "${pids[0]}"
wait "${pids[0]}" 2>/dev/null || true # without the shell's word about it
sleep $((seconds / 4))
echo "kill -TERM replica 1"
kill -TERM "${pids[1]}"
sleep $((seconds / 8))
echo "a new model file"
cp models/mnist.onnx "$work/models/new"
printf '2\003new' >>"$work/models/new" # another doc_string: the same network, another file
mv "$work/models/new" "$work/models/mnist.onnx"
wait $load

result=$(grep '^requests' "$work/wrk.log")
stopped=0
wait "${pids[1]}" || stopped=$?
swapped=$(grep -c 'Serving model' "$work/replica2.log" "$work/replica3.log" | grep -c ':1$' || true)
echo "$result"
echo "replica 1 ended with $stopped; $swapped of 2 replicas took the new model; nginx passed over a replica $(grep -c 'while .* upstream' "$work/nginx.log" || true) times"
# too few to have met the kill and the stop: that proves nothing
requests=${result#requests }
((${requests%%,*} >= 500)) || { echo "skipped: this machine is too busy to load four replicas"; exit 77; }
[[ $result == *"errors: status 0, connect 0, read 0, write 0, timeout 0" && $stopped == 0 && $swapped == 2 ]] || { echo FAILED; tail -n 5 "$work"/*.log; exit 1; }
echo "no client saw an error"
