#!/usr/bin/env bash
# What each stage of a request costs (BenchmarkDotNet, see bench/Stages): writes docs/results/stages.md, the machine above the table.
# Usage, on an idle machine: bench/stages.sh [OPTIONS OF BENCHMARKDOTNET]      a few minutes; --job dry only tries it
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet run -c Release --project bench/Stages -- --filter '*' --exporters github --artifacts "$work" "$@"
mkdir -p docs/results
{
  echo "What each stage of a request for one 280×280 PNG costs, on one thread. Written by \`bench/stages.sh\`."
  sed 's/\r$//' "$work"/results/*-report-github.md
} >docs/results/stages.md
cat docs/results/stages.md
