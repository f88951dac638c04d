#!/bin/sh
# What a load takes, from two measured figures: deploy/capacity.sh REQUESTS_PER_CORE PROXIED_PER_CORE [CORES_PER_MACHINE]
# Cores are loaded to 70 %; one machine more than needed may fail. A drawing of the page with its headers has 5.8 kB, an answer 0.9 kB.
exec awk -v service="$1" -v proxy="$2" -v cores="${3:-16}" 'BEGIN {
  print "| requests/s | service cores | nginx cores | machines of " cores " cores | memory of the replicas (200 MB a core) | network in, out |"
  print "|---|---|---|---|---|---|"
  for (i = split("1000 5000 10000 50000 100000", load, " "); i > 0; i--) order[6 - i] = load[6 - i]
  for (i = 1; i <= 5; i++) {
    s = up(order[i] / service / 0.7); p = up(order[i] / proxy / 0.7)
    printf "| %d | %d | %d | %d | %.1f GB | %.2f, %.2f Gbit/s |\n", order[i], s, p, up((s + p) / cores) + 1, s * 0.2, order[i] * 5800 * 8 / 1e9, order[i] * 900 * 8 / 1e9
  }
}
function up(x) { return x == int(x) ? x : int(x) + 1 }'
