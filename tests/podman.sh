#!/usr/bin/env bash
# Runs the pod of deploy/kubernetes with podman, as the file has it but for its names and a port of this machine: it becomes ready, reads a digit over HTTP,
# says over gRPC that it serves, and is read-only, without root and without capabilities. Then two pods of read-job.yaml read a folder at once, each its
# share; with --folds, which takes minutes, three of crossvalidate-job.yaml train two folds, one of the pods a repeated share. Podman plays no jobs and fills in
# no variables, so the script gives each pod its index.
# Needs podman 4 or later with catatonit, and the images as they were built last: podman build -t mnist-api --target api ., podman build -t mnist-trainer
# --target trainer . The folds need MNIST in MNIST_DATA.
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in podman catatonit; do
  PATH=$PATH:/usr/libexec/podman:/usr/lib/podman command -v $tool >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done
podman image exists localhost/mnist-api || { echo "skipped: there is no image mnist-api"; exit 77; }
work=$(mktemp -d)
name=mnist-test-$$ pod=mnist-test-$$-pod-0
pods=($pod)
trap 'podman pod rm -f -t 0 "${pods[@]}" >/dev/null 2>&1; podman volume rm -f $name >/dev/null 2>&1; rm -rf "$work"' EXIT

free_port() { # of those that the system gives nobody by itself
  local port
  until port=$((RANDOM % 10000 + 20000)) && ! (: <>/dev/tcp/127.0.0.1/$port) 2>/dev/null; do :; done
  echo $port
}
http=$(free_port) grpc=$(free_port)
sed -e "0,/name: mnist-api/s//name: $name/" -e "s/name: tmp/name: $name/" -e 's/image: mnist-api/image: localhost\/mnist-api/' \
  -e "s/containerPort: 8080/&, hostPort: $http/" -e "s/containerPort: 8081/&, hostPort: $grpc/" deploy/kubernetes/deployment.yaml >"$work/deployment.yaml"
podman kube play "$work/deployment.yaml" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }

for _ in $(seq 300); do
  [[ $(curl -s "http://127.0.0.1:$http/health/ready" || true) != ready ]] || break
  sleep 0.1
done
answer=$(curl -sS -F image=@bench/three.png "http://127.0.0.1:$http/predict") || { podman logs "$pod-api" >&2; exit 1; }
[[ $answer == '{"isDigit":true,"digit":3,'* ]] || { echo "It answers $answer" >&2; exit 1; }

# an empty HealthCheckRequest, and SERVING
health=$(printf '\0\0\0\0\0' | curl -sS --http2-prior-knowledge -H 'Content-Type: application/grpc' -H 'TE: trailers' --data-binary @- \
  "http://127.0.0.1:$grpc/grpc.health.v1.Health/Check" | od -An -tx1)
[[ $health == ' 00 00 00 00 02 08 01' ]] || { echo "Over gRPC it answers$health" >&2; exit 1; }

state=$(podman inspect "$pod-api" --format '{{.HostConfig.ReadonlyRootfs}} {{.Config.User}} {{.EffectiveCaps}} {{.HostConfig.SecurityOpt}}')
[[ $state == 'true 1654 [] [no-new-privileges]' ]] || { echo "It runs as $state" >&2; exit 1; }
echo "The pod is ready, reads a 3, serves gRPC, and runs read-only as user 1654 without capabilities."

# a pod of a job: its template, with the annotation that Kubernetes would give it
play() { # FILE NAME INDEX SHARES SED-OPTION...
  {
    printf 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: %s\n  annotations: {"batch.kubernetes.io/job-completion-index": "%s"}\n' "$2" "$3"
    # what stands below the template, without its own metadata
    awk '/^  template:/ { inside = 1; next } inside && /^    spec:/ { spec = 1 } spec { print substr($0, 5) }' "deploy/kubernetes/$1"
  } | sed -e 's/image: mnist-/image: localhost\/mnist-/' -e 's/OnFailure/Never/' -e "s/name: tmp/name: $2/" \
    -e "s/\$(JOB_COMPLETION_INDEX)/$3/g" -e "s|$3/[45]|$3/$4|" "${@:5}" >"$work/$2.yaml"
  pods+=("$2")
  podman kube play "$work/$2.yaml" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
}

finish() { # SECONDS CONTAINER...
  local container
  for container in "${@:2}"; do
    [[ $(timeout "$1" podman wait "$container") == 0 ]] || { podman logs "$container" >&2; exit 1; }
  done
}

pictures=$work/pictures answers=$work/answers
mkdir "$pictures" "$answers"
chmod 755 "$work" "$pictures"
chmod 777 "$answers"
for i in $(seq 40); do cp bench/three.png "$pictures/$i.png"; done
for index in 0 1; do
  play read-job.yaml "$name-read-$index" $index 2 -e "s|persistentVolumeClaim: { claimName: pictures, readOnly: true }|hostPath: { path: $pictures }|" \
    -e "s|persistentVolumeClaim: { claimName: answers }|hostPath: { path: $answers }|"
done
finish 60 "$name-read-0-read" "$name-read-1-read"
files=$(cat "$answers"/[01].jsonl | grep -c '"digit":3,' || true)
different=$(cat "$answers"/[01].jsonl | grep -o '^{"file":"[^"]*"' | sort -u | wc -l)
[[ $files == 40 && $different == 40 && -s $answers/0.jsonl && -s $answers/1.jsonl ]] || { wc -l "$answers"/* >&2; exit 1; }
echo "Two pods of the job read 40 pictures, $(wc -l <"$answers/0.jsonl") and $(wc -l <"$answers/1.jsonl")."

[[ ${1:-} == --folds ]] || exit 0
runs=$work/runs
mkdir "$runs"
chmod 777 "$runs"
for pod in 0 1 again; do
  play crossvalidate-job.yaml "$name-fold-$pod" "${pod/again/0}" 2 -e 's/tutorial-deeper, --folds, "5"/quick, --folds, "2"/' \
    -e "s|persistentVolumeClaim: { claimName: mnist-data }|hostPath: { path: $MNIST_DATA }|" \
    -e "s|persistentVolumeClaim: { claimName: mnist-runs }|hostPath: { path: $runs }|"
done
finish 300 "$name-fold-0-fold" "$name-fold-1-fold" "$name-fold-again-fold"
results=$runs/crossvalidate
[[ $(ls "$results") == $'crossvalidation.md\nrepeat-1-fold-1.json\nrepeat-1-fold-2.json\nsettings.json' ]] || { ls -la "$results" >&2; exit 1; }
echo "Three pods of the cross-validation, two of one share, trained two folds: $(grep -o 'validation accuracy .*(n = 2)' "$results/crossvalidation.md")."
