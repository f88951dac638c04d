#!/bin/sh
# Runs nginx and tells it which replicas there are: the addresses that the name "api" stands for, asked every second.
# In nginx itself, "server … resolve" does this from 1.27.3 on; this works with every nginx and needs no address of a DNS server.
set -u
list=/tmp/nginx-replicas.conf

replicas() {
  getent ahostsv4 api | cut -d' ' -f1 | sort -u | sed 's/.*/server &:8080 max_fails=1 fail_timeout=5s;/'
}

until replicas >"$list" && [ -s "$list" ]; do sleep 0.2; done
nginx -g 'daemon off;' &
nginx=$!
trap 'kill -QUIT $nginx' TERM INT QUIT # requests in flight end first

while kill -0 $nginx 2>/dev/null; do
  sleep 1 &
  wait $! # a signal ends this at once
  replicas >"$list.new"
  # only for a new one: those that have gone are passed over as it is, and a reload closes the connections that clients keep open
  if grep -qvxFf "$list" "$list.new"; then
    mv "$list.new" "$list"
    nginx -s reload
  fi
done
