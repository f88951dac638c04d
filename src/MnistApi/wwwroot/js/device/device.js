import { asPrediction } from '../reading/predict.js';

const FILE = 'model/file';

/**
 * Reads drawings on this device, with the service's own model file.
 * @param {() => Record<string, string>} headers that the service wants, for the file
 * @param {() => void} onReady called when there is a model
 */
export function createDevice(headers, onReady) {
  const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
  const waiting = new Map();
  let asked = 0;
  const known = new Set(); // versions: of several that replicas serve, each is fetched once
  let model = null;
  let loading = null;

  worker.addEventListener('message', ({ data: { id, result, error } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(error));
    else resolve(result);
  });
  worker.addEventListener('error', () => waiting.forEach(({ reject }) => reject(new Error('There is no worker.')))); // an old browser

  const ask = (task, value) => new Promise((resolve, reject) => {
    waiting.set(++asked, { resolve, reject });
    worker.postMessage({ id: asked, task, value });
  });

  /** @param {Response} file */
  async function use(file) {
    const version = await ask('load', new Uint8Array(await file.arrayBuffer()));
    known.add(version);
    model = { tag: file.headers.get('ETag') }; // its hash
    onReady();
  }

  async function load() {
    const cache = await self.caches?.open('model'); // over HTTPS
    const kept = !model && (await cache?.match(FILE));
    if (kept) await use(kept).catch(() => {}); // else another is fetched
    const newer = fetchNewer(cache).catch(() => {});
    if (!model) await newer;
  }

  async function fetchNewer(cache) {
    const wanted = model ? { ...headers(), 'If-None-Match': model.tag } : headers();
    const newer = await fetch(FILE, { headers: wanted, cache: 'no-cache' });
    if (!newer.ok) return;

    const copy = newer.clone();
    await use(newer);
    await cache?.put(FILE, copy);
  }

  /**
   * @param {import('../drawing/picture.js').Sent} sent with its ink
   * @returns {Promise<import('../reading/predict.js').Prediction | null>} null where it is blank
   */
  async function predict({ ink, picture, number }) {
    const start = performance.now();
    const [reading, ...readings] = await ask('read', [ink, ...(number?.parts ?? []).map(part => part.ink)]);
    return reading && asPrediction(reading, number?.read(readings) ?? null, { picture, roundTripMs: performance.now() - start, serverMs: null });
  }

  return {
    isReady: () => model !== null,

    /**
     * Looks whether another model serves.
     * @param {string} [version] of the one that does, where it is known
     * @returns {Promise<void>} until there is a model, or none can be had
     */
    refresh(version) {
      if (known.has(version)) return Promise.resolve();
      if (version) known.add(version);
      return (loading ??= load().finally(() => (loading = null)));
    },

    predict,

    /**
     * Tells it a visitor's hand.
     * @param {{digit: number, pixels: Uint8Array}[]} samples framed as the network wants them
     */
    know: samples => ask('know', samples),

    /** @param {import('../drawing/picture.js').Sent} sent @returns {Promise<Uint8Array | null>} 784 bytes, 255 = full ink; null where it is blank */
    frame: ({ ink }) => ask('frame', ink),

    /**
     * Leans an answer towards what the hand that it knows has drawn.
     * @param {import('../drawing/picture.js').Sent} sent what it is about
     * @param {import('../reading/predict.js').Prediction} answer of the service or this device
     * @returns {Promise<import('./network.js').Reading | null>} null where it knows no hand
     */
    adjust: ({ ink }, { probabilities, isDigit }) => ask('adjust', { sheet: ink, probabilities, isDigit }),

    /** As the service explains; null where something newer was asked. */
    explain: ({ ink }) => ask('explain', ink),
  };
}
