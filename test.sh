#!/usr/bin/env bash
# Builds everything and runs every test; the last line is "N passed, N failed, N skipped".
# Options go on to dotnet test: ./test.sh --filter-class MnistApi.Tests.PredictTests
# Full MNIST and pen strokes are found by MNIST_DATA and PENDIGITS_DATA; tests that need what is absent are skipped and say so.
set -uo pipefail
cd "$(dirname "$0")"

export CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [[ -z $CHROMIUM && $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
  echo "Installing Chromium for the browser tests"
  if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; then
    CHROMIUM=$(command -v chromium)
  fi
fi

dotnet build -c Release MnistService.sln --nologo -v quiet || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet test --solution MnistService.sln -c Release --no-build --no-progress "$@" 2>&1 | tee "$log"
code=${PIPESTATUS[0]}

count() { awk -v name="$1:" '$1 == name { n = $2 } END { print n + 0 }' "$log"; }
failed=$(count failed)
((code == 0 || failed > 0)) || failed=1 # the run itself broke
echo "$(count succeeded) passed, $failed failed, $(count skipped) skipped"
exit "$code"
