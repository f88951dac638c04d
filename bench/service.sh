# Sourced by the scripts beside it: publishes the service, or takes the one published in the folder APP, and starts it as process $service at $url. It
# ends with the script.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
url=http://127.0.0.1:${PORT:-5900}
work=$(mktemp -d); service=
trap '[[ -z $service ]] || kill "$service" 2>/dev/null || true; wait; rm -rf "$work"' EXIT

publish_service() { app=${APP:-$work/api}; [[ -n ${APP:-} ]] || dotnet publish src/MnistApi -c Release -o "$app" --nologo -v quiet; }

start_published() { # POLL_SECONDS: returns when it is ready
  Grpc__Port=${GRPC_PORT:-5901} "$app/MnistApi" --urls "$url" >"$work/log" & service=$!
  until curl -sf -o /dev/null "$url/health/ready"; do kill -0 "$service" || { cat "$work/log" >&2; exit 1; }; sleep "$1"; done
}

start_service() { publish_service; start_published 0.1; }

resident_mb() { awk -v what="${1:-VmRSS}:" '$1 == what { printf "%.1f", $2 / 1024 }' "/proc/$service/status"; } # VmHWM is the most so far
ticks() { cat "${@/%//stat}" | awk '{ n += $14 + $15 } END { print n }'; } # processor time of /proc/PID…, user and system
