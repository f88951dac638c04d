#!/usr/bin/env bash
# A PostgreSQL server for one test: starts Debian's in a folder of its own, behind a socket there and no port, says its connection string, and ends with its input.
# Exit code 77: none is installed.
set -euo pipefail

bin=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | tail -n 1 || command -v initdb || true)")
[[ -x $bin/initdb ]] || { echo "skipped: there is no PostgreSQL server (Debian: postgresql)"; exit 77; }
as=() # it refuses to run as root
[[ $(id -u) != 0 ]] || as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)

folder=$(mktemp -d)
trap '"${as[@]}" "$bin/pg_ctl" stop -s -D "$folder/data" -m immediate || true; rm -rf "$folder"' EXIT
[[ $(id -u) != 0 ]] || chown nobody:nogroup "$folder"
cd "$folder"
"${as[@]}" "$bin/initdb" -D data -U mnist --auth=trust --encoding=UTF8 --no-sync >initdb.log 2>&1 || { cat initdb.log >&2; exit 1; }
"${as[@]}" "$bin/pg_ctl" start -s -w -D data -l data/server.log -o "-c listen_addresses='' -c unix_socket_directories='$folder' -c fsync=off" || { cat data/server.log >&2; exit 1; }
echo "Host=$folder;Username=mnist;Database=postgres"
cat >/dev/null # until the test ends
