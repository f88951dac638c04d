// Reads drawings beside the page, which goes on drawing meanwhile: {id, task, value} comes in, {id, result} or {id, error} goes out.

import { classify } from './classify.js';
import { explain } from './explanation.js';
import { frame } from './framing.js';
import { readModel } from './onnx.js';
import { cut, segment } from './segmentation.js';

/** @type {import('./onnx.js').Model} */
let model;
let explanations = 0;

/** @param {import('./segmentation.js').Sheet} sheet @returns {import('./classify.js').Reading | null} null where it is blank */
function readOne(sheet) {
  const pixels = frame(sheet);
  return pixels && classify(model, pixels).reading;
}

/** Rows from above, each from the left: what stands beside a row belongs to it. */
function intoRows(digits) {
  /** @type {(typeof digits)[]} */
  const rows = [];
  for (const digit of digits) {
    const isBeside = ({ top, bottom }) => Math.min(bottom, digit.bottom) - Math.max(top, digit.top) >= 0.4 * Math.min(bottom - top, digit.bottom - digit.top);
    const row = rows.find(row => isBeside(row.at(-1)));
    if (row) row.push(digit);
    else rows.push([digit]);
  }
  return rows.sort(([one], [other]) => one.top - other.top);
}

const tasks = {
  /** @param {Uint8Array} bytes a model file @returns {string} its version */
  load(bytes) {
    const loaded = readModel(bytes);
    const { pixels, digit } = loaded.card.selfTest;
    const image = Uint8Array.from(atob(pixels), character => character.charCodeAt(0));
    if (classify(loaded, image).reading.digit !== digit) throw new Error('The model fails its self-test.');
    model = loaded;
    return model.card.version;
  },

  /** @param {import('./segmentation.js').Sheet} sheet */
  read(sheet) {
    const digits = segment(sheet);
    const reading = readOne(sheet);
    return reading && { ...reading, isSeveral: digits.length > 1 };
  },

  /** @param {import('./segmentation.js').Sheet} sheet @returns {import('../reading/predict.js').Row} */
  readRow(sheet) {
    const rows = intoRows(segment(sheet)).map(row => row.map(({ left, top, right, bottom, ...digit }) => ({
      ...readOne(cut(sheet, digit)),
      box: { x: left, y: top, width: right - left, height: bottom - top },
    })));
    const written = rows.map(row => row.map(({ isDigit, digit }) => (isDigit ? digit : '?')).join('')).join('\n');
    return { written, digits: rows.flat(), width: sheet.side, height: sheet.side };
  },

  /** @param {import('./segmentation.js').Sheet} sheet */
  explain(sheet) {
    const mine = ++explanations;
    segment(sheet);
    return explain(model, sheet, () => new Promise(done => setTimeout(() => done(mine === explanations)))); // a newer one ends it
  },
};

addEventListener('message', async ({ data: { id, task, value } }) => {
  try {
    postMessage({ id, result: await tasks[task](value) });
  } catch (error) {
    postMessage({ id, error: error.message });
  }
});
