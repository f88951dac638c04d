#!/usr/bin/env bash
# Seconds of a training epoch with one thread and with several, by how long libtorch's threads spin where they wait for each other:
# on an idle machine, and beside as many busy processes as it has processors. One thread is the default; several are a choice for idle machines.
# Usage, on an idle machine: MNIST_DATA=DIR bench/threads.sh     env: RECIPE=tutorial-deeper EPOCHS=2 THREADS=PROCESSORS LIMIT_SECONDS=600
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release src/MnistTrainer --nologo -v quiet
trainer=artifacts/bin/MnistTrainer/release/MnistTrainer
work=$(mktemp -d)
busy=()
unfinished=999999
trap 'if ((${#busy[@]})); then kill "${busy[@]}"; fi; rm -rf "$work"' EXIT

epoch() { # THREADS [VARIABLE=VALUE]: the fastest epoch's seconds
  rm -rf "$work/runs"
  env "${@:2}" timeout "${LIMIT_SECONDS:-600}" "$trainer" train --recipe "${RECIPE:-tutorial-deeper}" --epochs "${EPOCHS:-2}" --threads "$1" \
    --validation 30000 --runs "$work/runs" >/dev/null 2>&1 || true
  cat "$work"/runs/*/history.csv 2>/dev/null | tail -n +2 | cut -d, -f8 | sort -n | head -1 | grep . || echo "$unfinished"
}

threads=${THREADS:-$(nproc)}
echo "| machine | 1 thread | $threads threads | never spinning | $threads threads, spinning as libgomp does by itself |"
echo "|---|---:|---:|---:|---:|"
for machine in idle busy; do
  if [[ $machine == busy ]]; then
    for _ in $(seq "$(nproc)"); do (while :; do :; done) & busy+=($!); done
  fi
  one=$(epoch 1) several=$(epoch "$threads") passive=$(epoch "$threads" GOMP_SPINCOUNT=0) spinning=$(epoch "$threads" GOMP_SPINCOUNT=300000)
  echo "| $machine | $one s | $several s | $passive s | $spinning s |" | sed "s/$unfinished s/unfinished/g"
done
