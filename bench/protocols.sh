#!/usr/bin/env bash
# The same digits over each protocol, in one run, eight at a time: requests/s, images/s, processor time of the service, and bytes a request. Each over 8
# connections, and gRPC also as its clients have it: one connection, the calls side by side in it.
# /predict gets a PNG, the Open Inference Protocol (V2) tensors of N × 784 bytes: one digit, then BATCH. That each image was answered is told by /metrics.
# Usage, on an idle machine: bench/protocols.sh    env: SECONDS_EACH=5 ROUNDS=3 CONNECTIONS=8 BATCH=64 PORT=5900 GRPC_PORT=5901 APP=PUBLISHED_FOLDER
# Needs h2load and node (Debian: apt-get install nghttp2-client nodejs).
set -euo pipefail
source "$(dirname "$0")/service.sh"
seconds=${SECONDS_EACH:-5} rounds=${ROUNDS:-3} connections=${CONNECTIONS:-8} batch=${BATCH:-64}
grpc=http://127.0.0.1:${GRPC_PORT:-5901}
start_service

cat >"$work/bodies.mjs" <<'JS'
// writes a body for each protocol and size
import { readFileSync, writeFileSync } from 'node:fs';
const [work, ...sizes] = process.argv.slice(2);
const bar = Buffer.alloc(784);
for (let y = 5; y < 25; y++) bar.fill(255, 28 * y + 14, 28 * y + 16); // a 1
const varint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)]);
const field = (number, bytes) => Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(bytes.length)]), bytes]);
const text = (number, value) => field(number, Buffer.from(value));
for (const n of sizes.map(Number)) {
  const pixels = Buffer.concat(Array(n).fill(bar));
  const tensor = { name: 'pixels', shape: [n, 1, 28, 28], datatype: 'UINT8' };
  writeFileSync(`${work}/json-${n}`, JSON.stringify({ inputs: [{ ...tensor, data: [...pixels] }] }));
  const header = JSON.stringify({ inputs: [{ ...tensor, parameters: { binary_data_size: pixels.length } }], parameters: { binary_data_output: true } });
  writeFileSync(`${work}/binary-${n}`, Buffer.concat([Buffer.from(header), pixels]));
  writeFileSync(`${work}/binary-${n}.length`, `${header.length}`);
  const input = Buffer.concat([text(1, 'pixels'), text(2, 'UINT8'), field(3, Buffer.from([n, 1, 28, 28].flatMap(varint)))]);
  const message = Buffer.concat([text(1, 'mnist'), field(5, input), field(7, pixels)]);
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(message.length, 1);
  writeFileSync(`${work}/grpc-${n}`, Buffer.concat([frame, message]));
}
JS
node "$work/bodies.mjs" "$work" 1 "$batch"

predictions() { curl -s "$url/metrics" | awk '/^mnist_predictions_total/ { n += $NF } END { print n + 0 }'; }

load() { # NAME IMAGES BODY ADDRESS OPTION…: one line
  local name=$1 images=$2 body=$3 address=$4 before ticks_before
  shift 4
  before=$(predictions) ticks_before=$(ticks "/proc/$service")
  h2load -t1 -c"$connections" -m1 -D"$seconds" --data="$body" "$@" "$address" >"$work/h2load"
  awk -v name="$name" -v images="$images" -v sent="$(stat -c %s "$body")" -v ticks=$(($(ticks "/proc/$service") - ticks_before)) \
    -v hertz="$(getconf CLK_TCK)" -v counted=$(($(predictions) - before)) '
    /^finished in/ { rate = $4 } /^requests:/ { n = $8; failed = $10 + $12 } /^traffic:/ { got = substr($3, 2) + 0 }
    END { printf "%-12s %4d images: %7.0f requests/s, %8.0f images/s, %4.0f µs of processor, %6d bytes sent and %5.0f got a request%s\n",
      name, images, rate, rate * images, ticks / hertz * 1e6 / n, sent, got / n, counted < n * images || failed ? "; SOME FAILED" : "" }' "$work/h2load"
}

all() {
  load /predict 1 bench/three.png "$url/predict" --h1 -H 'Content-Type: image/png'
  for n in 1 "$batch"; do
    load 'V2 JSON' "$n" "$work/json-$n" "$url/v2/models/mnist/infer" --h1 -H 'Content-Type: application/json'
    load 'V2 binary' "$n" "$work/binary-$n" "$url/v2/models/mnist/infer" --h1 -H "Inference-Header-Content-Length: $(cat "$work/binary-$n.length")"
    local call=("$n" "$work/grpc-$n" "$grpc/inference.GRPCInferenceService/ModelInfer" -H 'Content-Type: application/grpc' -H 'TE: trailers')
    load gRPC "${call[@]}"
    load 'gRPC channel' "${call[@]}" -c1 -m"$connections"
  done
}

(seconds=2; all >/dev/null) # to warm up
for round in $(seq "$rounds"); do
  echo "round $round"
  all
done
