// Reads drawings beside the page: {id, task, value} comes in, {id, result} or {id, error} goes out.

import { classify, decide } from './network.js';
import { explain } from './explanation.js';
import { frame } from './framing.js';
import { lean, toFeatures } from './hand.js';
import { readModel } from './onnx.js';
import { removeSpecks } from './segmentation.js';

const WARM_UP = 4; // runs of the JIT

/** @type {import('./onnx.js').Model} */
let model;
let explanations = 0;
/** @type {{digit: number, pixels: Uint8Array, features?: Float64Array}[]} the visitor's hand; the features are those of the model that is loaded */
let hand = [];

const lookAt = samples => samples.map(({ digit, pixels }) => ({ digit, pixels, features: toFeatures(classify(model, pixels).last) }));

/** Null where a sheet is blank. */
function readOne(sheet) {
  const pixels = frame(sheet);
  return pixels && classify(model, pixels).reading;
}

const tasks = {
  /** @returns {string} the version of a model file */
  load(bytes) {
    const loaded = readModel(bytes);
    const { pixels, digit } = loaded.card.selfTest;
    const image = Uint8Array.from(atob(pixels), character => character.charCodeAt(0));
    for (let run = 0; run < WARM_UP; run++)
      if (classify(loaded, image).reading.digit !== digit) throw new Error('The model fails its self-test.');
    model = loaded;
    hand = lookAt(hand);
    return model.card.version;
  },

  /** @param {{digit: number, pixels: Uint8Array}[]} samples all that there are */
  know(samples) {
    hand = model ? lookAt(samples) : samples;
  },

  frame,

  /** A reading of a sheet, by whomever, as the visitor's hand has it. */
  adjust({ sheet, probabilities, isDigit }) {
    const pixels = frame(sheet);
    if (!pixels || hand.length === 0) return null;

    const leaned = lean({ probabilities, isDigit }, toFeatures(classify(model, pixels).last), hand);
    return decide(model, leaned.probabilities, leaned.isDigit);
  },

  /** @param {import('./segmentation.js').Sheet[]} sheets of one digit each */
  read: sheets => sheets.map(sheet => {
    removeSpecks(sheet);
    return readOne(sheet);
  }),

  explain(sheet) {
    const mine = ++explanations;
    removeSpecks(sheet);
    return explain(model, sheet, () => new Promise(done => setTimeout(() => done(mine === explanations))));
  },
};

addEventListener('message', async ({ data: { id, task, value } }) => {
  try {
    postMessage({ id, result: await tasks[task](value) });
  } catch (error) {
    postMessage({ id, error: error.message });
  }
});
