#!/usr/bin/env bash
# The quick recipe beside the tutorial's own, in one run: seconds of training, and accuracy on the 10,000 test images.
# Usage, on an idle machine: MNIST_DATA=DIR bench/quick.sh [SEEDS]      10 seeds by default; the tutorial's recipe is trained once.
set -euo pipefail
cd "$(dirname "$0")/.."
seeds=${1:-10}
export CI=1 # plain lines
dotnet build -c Release src/MnistTrainer --nologo -v quiet
runs=$(mktemp -d)
trap 'rm -rf "$runs"' EXIT

train() { # recipe seed: prints seconds and errors
  local out errors seconds
  out=$(dotnet artifacts/bin/MnistTrainer/release/MnistTrainer.dll train --recipe "$1" --threads "${THREADS:-2}" --validation 0 --seed "$2" --runs "$runs/$1-$2" | tr '\n' ' ')
  errors=$(grep -oP '\d+(?= errors)' <<<"$out")
  seconds=$(awk -F, 'NR > 1 { s += $NF } END { print s }' "$runs/$1-$2"/*/history.csv)
  echo "$seconds $errors"
}

echo "$(nproc) cores, $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs)"
read -r slow errors < <(train tutorial-deeper 1)
echo "tutorial-deeper, seed 1: $slow s, $(awk "BEGIN { printf \"%.2f\", 100 - $errors / 100 }") %"
for seed in $(seq "$seeds"); do train quick "$seed"; done | awk -v slow="$slow" '
  { s[NR] = $1; a[NR] = 100 - $2 / 100; sum += $1; asum += a[NR]; if (a[NR] >= 99.09) reached++
    printf "quick, seed %d: %.1f s, %.2f %%\n", NR, $1, a[NR] }
  END { for (i = 1; i <= NR; i++) { ds += (s[i] - sum / NR) ^ 2; da += (a[i] - asum / NR) ^ 2 }
    printf "quick, %d seeds: %.1f ± %.1f s, %.2f ± %.2f %%; %d reach 99.09 %%; %.1f times as fast as the tutorial'"'"'s\n",
      NR, sum / NR, sqrt(ds / (NR - 1)), asum / NR, sqrt(da / (NR - 1)), reached, slow / (sum / NR) }'
