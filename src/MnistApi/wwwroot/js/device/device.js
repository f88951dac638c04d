import { toInk } from '../drawing/picture.js';
import { keptModel, newerModel } from './modelFile.js';

/**
 * Reads drawings on this device, with the service's own model file.
 * @param {() => Record<string, string>} headers that the service wants, for the file
 * @param {() => void} onReady called when there is a model
 */
export function createDevice(headers, onReady) {
  const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
  /** @type {Map<number, {resolve: (result: any) => void, reject: (error: Error) => void}>} */
  const waiting = new Map();
  let asked = 0;
  /** @type {{version: string, tag: string} | null} */
  let model = null;
  /** @type {Promise<void> | null} */
  let loading = null;

  worker.addEventListener('message', ({ data: { id, result, error } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(error));
    else resolve(result);
  });

  worker.addEventListener('error', () => waiting.forEach(({ reject }) => reject(new Error('There is no worker.')))); // an old browser

  /** @returns {Promise<any>} */
  const ask = (task, value) => new Promise((resolve, reject) => {
    waiting.set(++asked, { resolve, reject });
    worker.postMessage({ id: asked, task, value });
  });

  async function use(file) {
    const version = file && (await ask('load', file.bytes).catch(() => null)); // a file that is no model changes nothing
    if (!version) return;
    model = { version, tag: file.tag };
    onReady();
  }

  async function load() {
    if (!model) await use(await keptModel());
    await use(await newerModel(headers(), model?.tag));
  }

  /**
   * @param {import('../drawing/picture.js').Drawing} drawing
   * @param {import('../drawing/picture.js').Sent} sent of that drawing, with its ink
   * @returns {Promise<import('../reading/predict.js').Prediction | null>} null where it is blank
   */
  async function predict(drawing, { ink, picture }) {
    const start = performance.now();
    const reading = await ask('read', ink);
    if (!reading) return null;

    const { isSeveral, ...one } = reading;
    const row = isSeveral ? await ask('readRow', toInk(drawing)) : null;
    const isRow = row && row.digits.length > 1 && row.digits.some(({ isDigit }) => isDigit);
    const names = isRow ? [row.written.replaceAll('\n', ' ')] : one.isDigit ? one.candidates.map(String) : ['?'];
    return { ...one, picture, names, ...(isRow ? { row } : {}), roundTripMs: performance.now() - start, serverMs: null };
  }

  return {
    isReady: () => model !== null,

    /**
     * Looks whether there is another model, unless it is this one.
     * @param {string} [version] that serves
     * @returns {Promise<void>} ends when it is there, or can't be had
     */
    refresh(version) {
      if (version && version === model?.version) return Promise.resolve();
      return (loading ??= load().finally(() => (loading = null)));
    },

    predict,

    /** @returns {Promise<{isDigit: boolean, explanation: import('../reading/predict.js').Explanation} | null>} null where a newer one was asked for */
    explain: ({ ink }) => ask('explain', ink),
  };
}
