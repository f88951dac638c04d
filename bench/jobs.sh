#!/usr/bin/env bash
# Seconds of a comparison of as many seeds as there are processors: one after another with one thread, with a thread a processor, and as jobs at once; in turns,
# ROUNDS times. The answers of the first and the last must be the same.
# Usage, on an idle machine: MNIST_DATA=DIR bench/jobs.sh     env: RECIPE=tutorial-baseline EPOCHS=3 ROUNDS=3 SEEDS=PROCESSORS
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release src/MnistTrainer --nologo -v quiet
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
processors=$(nproc) seeds=${SEEDS:-$(nproc)}

compare() { # NAME OPTIONS: the seconds
  local start=$EPOCHREALTIME
  artifacts/bin/MnistTrainer/release/MnistTrainer compare "${RECIPE:-tutorial-baseline}" --epochs "${EPOCHS:-3}" --validation 30000 --seeds "$seeds" \
    --output "$work/$1" "${@:2}" >"$work/$1.log" 2>&1 || { cat "$work/$1.log" >&2; exit 1; }
  awk -v from="$start" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.1f", to - from }'
}

answers() { cat "$work/$1"/*/seed-*.json | grep '"answers"'; }

echo "| round | 1 job, 1 thread | 1 job, $processors threads | $processors jobs, 1 thread each | times as fast as 1 thread | as $processors threads |"
echo "|---|---:|---:|---:|---:|---:|"
for round in $(seq "${ROUNDS:-3}"); do
  one=$(compare "one-$round" --jobs 1 --threads 1)
  several=$(compare "several-$round" --jobs 1 --threads "$processors")
  jobs=$(compare "jobs-$round" --jobs "$processors")
  awk -v r="$round" -v a="$one" -v b="$several" -v c="$jobs" 'BEGIN { printf "| %s | %s s | %s s | %s s | %.2f | %.2f |\n", r, a, b, c, a / c, b / c }'
  [[ $(answers "one-$round") == "$(answers "jobs-$round")" ]] || { echo "The answers differ." >&2; exit 1; }
done
