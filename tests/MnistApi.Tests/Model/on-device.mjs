// Classifies framed digits with the page's own modules: node on-device.mjs FOLDER MODEL IMAGES ANSWERS, the last 11 float32 a digit.

import { readFileSync, writeFileSync } from 'node:fs';

const [folder, model, images, answers] = process.argv.slice(2);
const { classify } = await import(`${folder}/network.js`);
const { readModel } = await import(`${folder}/onnx.js`);

const network = readModel(new Uint8Array(readFileSync(model)));
const pixels = new Uint8Array(readFileSync(images));
const all = Array.from({ length: pixels.length / 784 }, (_, i) => classify(network, pixels.subarray(784 * i, 784 * (i + 1))).reading);
writeFileSync(answers, Float32Array.from(all.flatMap(({ probabilities, isDigit }) => [...probabilities, Number(isDigit)])));
