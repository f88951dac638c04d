/**
 * @typedef {{digit: number, features: Float64Array}} Sample of a hand: what was drawn, as its writer said, and what the network saw in it
 */

// chosen on writers whom the network of the choice had not seen: docs/reference/results.md
const CONSTANTS = {
  farthest: 0.8, // cosine: what is less alike says nothing, what is the same everything
  weight: 8, // of what is the same, in the logarithm of the probability
  alike: 0.2, // so near to a digit, nothing is rejected
};

/** What the network saw: what its last layer is given, of length 1. @param {Float64Array} values */
export function toFeatures(values) {
  const length = Math.hypot(...values);
  return values.map(value => value / length);
}

/**
 * Leans an answer towards the digits of samples that are alike, of each digit the nearest.
 * @param {{probabilities: number[], isDigit: boolean}} answer
 * @param {Float64Array} features of what is read
 * @param {Sample[]} samples
 * @param {typeof CONSTANTS} [constants] others than the page's, to choose among
 * @returns {{probabilities: number[], isDigit: boolean}} the probabilities sum to 1
 */
export function lean({ probabilities, isDigit }, features, samples, { farthest, weight, alike } = CONSTANTS) {
  const likeness = Array(10).fill(0); // 0 to 1
  for (const sample of samples) {
    const cosine = sample.features.reduce((sum, value, i) => sum + value * features[i], 0);
    likeness[sample.digit] = Math.max(likeness[sample.digit], (cosine - farthest) / (1 - farthest));
  }
  const leaned = probabilities.map((probability, digit) => probability * Math.exp(weight * likeness[digit]));
  const sum = leaned.reduce((one, other) => one + other);
  return { probabilities: leaned.map(value => value / sum), isDigit: isDigit || Math.max(...likeness) >= alike };
}
