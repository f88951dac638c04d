import { run } from './layers.js';

/** @typedef {{isDigit: boolean, digit: number, candidates: number[], confidence: number, probabilities: number[], model: string}} Reading as of `/predict` */

/**
 * Classifies a framed digit, and decides as the service does, by the thresholds of the model's card.
 * @param {import('./onnx.js').Model} model
 * @param {Uint8Array} pixels 784 bytes of ink
 * @returns {{reading: Reading, values: Record<string, import('./onnx.js').Tensor>}} `values`: what each node of the network gave
 */
export function classify(model, pixels) {
  const values = run(model, { dims: [1, 1, 28, 28], data: Float64Array.from(pixels, level => level / 255) });
  const { version, rejectionThreshold, candidateThreshold } = model.card;
  const probabilities = [...values.probabilities.data];
  const confidence = Math.max(...probabilities);
  const digit = probabilities.indexOf(confidence);
  const isDigit = (values.digit?.data[0] ?? 1) >= (rejectionThreshold ?? 0);
  const others = probabilities.map((_, other) => other).filter(other => other !== digit && probabilities[other] >= (candidateThreshold ?? 1))
    .sort((one, other) => probabilities[other] - probabilities[one]);
  return { reading: { isDigit, digit, candidates: isDigit ? [digit, ...others] : [], confidence, probabilities, model: version }, values };
}
