#!/usr/bin/env bash
# Holds deploy/kubernetes against Kubernetes' own OpenAPI schemas and against each other, and deploy/kserve against those for its pod and against the fields
# of KServe's own resources. Needs node and npm, which fetches Kubernetes' schemas.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v npm >/dev/null || { echo "skipped: there is no npm"; exit 77; }
models=kubernetes-models@5.1.0
work=artifacts/$models # kept: npm takes longer than all that follows
if [[ ! -d $work ]]; then
  mkdir -p artifacts
  new=$(mktemp -d -p artifacts)
  trap 'rm -rf "$new"' EXIT
  npm install --prefix "$new" --no-save --no-audit --no-fund --prefer-offline --loglevel=error $models yaml@2.9.1 >/dev/null
  mv -T "$new" "$work"
fi

cat >"$work/check.mjs" <<'JS'
import { readdirSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

const found = {}, kserve = {};
for (const file of process.argv.slice(2)) {
  for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0].message}`);
    const manifest = document.toJS();
    if (!file.startsWith('deploy/kubernetes/')) { // another's kind: its pod is Kubernetes'
      kserve[manifest.kind] = manifest;
      continue;
    }
    if (manifest.kind === 'Kustomization') {
      const applied = readdirSync('deploy/kubernetes').filter(name => name !== 'kustomization.yaml' && !name.endsWith('-job.yaml'));
      if (JSON.stringify(manifest.resources.toSorted()) !== JSON.stringify(applied.toSorted())) throw new Error(`${file} doesn't name ${applied}.`);
      continue;
    }
    const models = await import(`kubernetes-models/${manifest.apiVersion}`);
    new models[manifest.kind](manifest).validate(); // throws where it breaks the schema
    found[manifest.kind] = manifest;
    console.log(`${file}: a valid ${manifest.apiVersion} ${manifest.kind}`);
  }
}

const { Deployment, Service, HorizontalPodAutoscaler: scaler, PodDisruptionBudget: budget } = found;
const pod = Deployment.spec.template;
const labels = JSON.stringify(pod.metadata.labels);
for (const selector of [Deployment.spec.selector.matchLabels, Service.spec.selector, budget.spec.selector.matchLabels]) {
  if (JSON.stringify(selector) !== labels) throw new Error(`A selector doesn't select the pods ${labels}.`);
}
if (scaler.spec.scaleTargetRef.name !== Deployment.metadata.name) throw new Error('The autoscaler scales something else.');
const open = pod.spec.containers[0].ports.map(port => port.name);
if (!Service.spec.ports.every(port => open.includes(port.targetPort))) throw new Error('The service leads to no port.');
const { completions, parallelism, completionMode, template: { spec: { containers: [reader] } } } = found.Job.spec;
if (completionMode !== 'Indexed' || parallelism > completions || reader.args.at(-1) !== `$(JOB_COMPLETION_INDEX)/${completions}`)
  throw new Error('The job has other shares than indexes.');
console.log('The selectors, the autoscaler, the ports and the shares fit together.');

// names and types of KServe's own fields (kserve/kserve, config/crd/full: serving.kserve.io_servingruntimes.yaml at c33b380, …_inferenceservices.yaml at
// 67bcf1a); those of containers and volumes are Kubernetes'
const string = 'string', boolean = 'boolean', integer = 'number', object = 'object', array = 'array';
const runtimeFields = {
  affinity: object, annotations: object, builtInAdapter: object, containers: array, disabled: boolean, grpcDataEndpoint: string, grpcEndpoint: string,
  hostIPC: boolean, httpDataEndpoint: string, imagePullSecrets: array, labels: object, multiModel: boolean, nodeSelector: object, protocolVersions: array,
  replicas: integer, storageHelper: object, supportedModelFormats: array, tolerations: array, volumes: array, workerSpec: object,
};
const formatFields = { autoSelect: boolean, name: string, priority: integer, version: string };
const modelFields = {
  modelFormat: object, protocolVersion: string, runtime: string, runtimeVersion: string, storage: object, storageUri: string, name: string, image: string,
  args: array, command: array, env: array, ports: array, resources: object, securityContext: object, volumeMounts: array,
};
const predictorFields = { model: object, minReplicas: integer, maxReplicas: integer, scaleTarget: integer, scaleMetric: string, timeout: integer };
const hold = (part, fields, required, where) => {
  for (const [name, value] of Object.entries(part)) {
    if (fields[name] !== (Array.isArray(value) ? array : typeof value)) throw new Error(`KServe's ${where} has no ${name} of this type.`);
  }
  if (!required.every(name => name in part)) throw new Error(`KServe's ${where} lacks one of ${required}.`);
};
hold(kserve.ServingRuntime.spec, runtimeFields, ['containers'], 'ServingRuntime');
for (const format of kserve.ServingRuntime.spec.supportedModelFormats) hold(format, formatFields, ['name'], 'model format');
hold(kserve.InferenceService.spec, { predictor: object }, ['predictor'], 'InferenceService');
hold(kserve.InferenceService.spec.predictor, predictorFields, [], 'predictor');
hold(kserve.InferenceService.spec.predictor.model, modelFields, [], 'model');
hold(kserve.InferenceService.spec.predictor.model.modelFormat, { name: string, version: string }, ['name'], 'model format');

const { ServingRuntime: runtime, InferenceService: { spec: { predictor: { model } } } } = kserve;
const overlay = parseAllDocuments(readFileSync('deploy/kserve/grpc/kustomization.yaml', 'utf8'))[0].toJS();
const patch = Object.fromEntries(parseAllDocuments(overlay.patches[0].patch)[0].toJS().map(({ path, value }) => [path.split('/').pop(), value]));
const { containers: [container], volumes, protocolVersions, supportedModelFormats: [format] } = runtime.spec;
const { Pod } = await import('kubernetes-models/v1');
for (const { protocolVersion, ports } of [model, patch]) {
  new Pod({ metadata: { name: 'mnist' }, spec: { containers: [{ ...container, ports }], volumes } }).validate();
  if (!protocolVersions.includes(protocolVersion)) throw new Error(`The runtime doesn't speak ${protocolVersion}.`);
  if (!pod.spec.containers[0].ports.some(port => port.containerPort === ports[0].containerPort)) throw new Error('KServe leads to no port.');
}
if (container.name !== 'kserve-container' || model.runtime !== runtime.metadata.name || model.modelFormat.name !== format.name
  || JSON.stringify(container.resources) !== JSON.stringify(pod.spec.containers[0].resources)
  || !container.env.every(({ value }) => value.startsWith('/mnt/models/'))) throw new Error('The runtime and its service don\'t fit together.');
console.log('The pod of KServe is valid, over HTTP and gRPC, and fits its runtime.');
JS
node "$work/check.mjs" deploy/kubernetes/*.yaml deploy/kserve/base/{serving-runtime,inference-service}.yaml
