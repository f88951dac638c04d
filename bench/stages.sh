#!/usr/bin/env bash
# What each stage of a request costs (BenchmarkDotNet, see bench/Stages): a Markdown table, the machine above it, for docs/reference/results.md.
# Usage, on an idle machine: bench/stages.sh [OPTIONS OF BENCHMARKDOTNET]      a few minutes; --job dry only tries it
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet run -c Release --project bench/Stages -- --filter '*' --exporters github --artifacts "$work" "$@" >&2
sed 's/\r$//' "$work"/results/*-report-github.md
