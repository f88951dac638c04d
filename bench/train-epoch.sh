#!/usr/bin/env bash
# An epoch of the tutorial's deeper network, batch 128, all 60,000 images, here and in PyTorch, in turn on an idle machine.
# Prints seconds an epoch (median, least, most), their ratio, and the trainer's resident memory after each epoch.
# Usage: MNIST_DATA=DIR bench/train-epoch.sh     env: ROUNDS=3 EPOCHS=4 THREADS=2     needs: apt-get install python3-torch python3-numpy
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${ROUNDS:-3} epochs=${EPOCHS:-4} threads=${THREADS:-2} data=${MNIST_DATA:?names the folder of MNIST\'s files}
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
dotnet build -c Release src/MnistTrainer --nologo -v quiet
for round in $(seq "$rounds"); do
  artifacts/bin/MnistTrainer/release/MnistTrainer train --network tutorial-deeper --set batchSize=128 --validation 0 --epochs "$epochs" --threads "$threads" \
    --data "$data" --runs "$work/$round" >"$work/log" & trainer=$!
  for epoch in $(seq "$epochs"); do
    until grep -qs "^epoch *$epoch/" "$work/log" || ! kill -0 $trainer 2>/dev/null; do sleep 0.05; done
    awk -v round="$round" -v epoch="$epoch" '/VmRSS/ {printf "round %d epoch %d: %d MB resident\n", round, epoch, $2 / 1024}' "/proc/$trainer/status"
  done
  wait $trainer
  awk -F, 'NR > 1 {print $NF}' "$work/$round"/*/history.csv >>"$work/ours"
  /usr/bin/python3 bench/train_epoch.py "$data" "$epochs" "$threads" >>"$work/pytorch"
done
summary() {
  sort -n "$work/$1" | awk -v name="$1" -v out="$work/median-$1" '{ v[NR] = $1 }
    END { m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2; print m >out
      printf "%s %.2f s an epoch (%.2f to %.2f, n = %d)\n", name, m, v[1], v[NR], NR }'
}
summary ours; summary pytorch
awk 'NR == FNR {ours = $1; next} {printf "ours / pytorch = %.2f\n", ours / $1}' "$work/median-ours" "$work/median-pytorch"
