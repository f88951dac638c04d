#!/usr/bin/env bash
# Builds everything and runs every test; the last line is "N passed, N failed, N skipped".
# Options go on to dotnet test: ./test.sh --filter-class '*.PredictTests'
# MNIST, its writers, pen strokes and real pictures are found by MNIST_DATA, NIST_WRITERS_DATA, PENDIGITS_DATA, UNIPEN_DATA and PICTURES_DATA; tests that
# need what is absent are skipped and say so.
set -uo pipefail
cd "$(dirname "$0")"

missing=()
# the same engine as chromium, without the window around the page: the browser tests take less time
[[ -n ${CHROMIUM:-} ]] || command -v chromium-headless-shell >/dev/null || missing+=(chromium-headless-shell)
PATH=$PATH:/usr/sbin command -v nginx >/dev/null || missing+=(nginx-light)
command -v wrk >/dev/null || missing+=(wrk)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
if ((${#missing[@]} > 0)) && [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
  echo "Installing for the tests: ${missing[*]}"
  # with the run level of a start, so that nginx and PostgreSQL aren't started as services
  apt-get update -qq
  apt-cache show chromium-headless-shell >/dev/null 2>&1 || missing=("${missing[@]/chromium-headless-shell/chromium}")
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

dotnet build -c Release MnistService.sln -p:RestoreLockedMode=true --nologo -v quiet || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# what a test starts lives for seconds: less than it takes to win back what counting its calls and branches costs
export DOTNET_TieredPGO=0
# one project after the other: together they take longer, and the tests that load the service starve the browser
dotnet test --solution MnistService.sln -c Release --no-build --no-progress --max-parallel-test-modules 1 "$@" 2>&1 | tee "$log"
code=${PIPESTATUS[0]}

# each failure again, 20 lines at most, where the end of a long log shows it
awk '!/^( |failed )/ { left = 0 } /^failed / { left = 20 } left-- > 0' "$log"
count() { awk -v name="$1:" '$1 == name { n = $2 } END { print n + 0 }' "$log"; }
failed=$(count failed)
((code == 0 || failed > 0)) || failed=1 # the run itself broke
echo "$(count succeeded) passed, $failed failed, $(count skipped) skipped"
exit "$code"
