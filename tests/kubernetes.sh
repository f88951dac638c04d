#!/usr/bin/env bash
# Holds deploy/kubernetes against Kubernetes' own OpenAPI schemas and against each other. Needs node and npm, which fetches the schemas.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v npm >/dev/null || { echo "skipped: there is no npm"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --prefix "$work" --no-save --no-audit --no-fund --loglevel=error kubernetes-models@5.1.0 yaml@2.9.1 >/dev/null

cat >"$work/check.mjs" <<'JS'
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

const found = {};
for (const file of process.argv.slice(2)) {
  for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0].message}`);
    const manifest = document.toJS();
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
console.log('The selectors, the autoscaler and the ports fit together.');
JS
node "$work/check.mjs" deploy/kubernetes/*.yaml
