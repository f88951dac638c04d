import { forever } from '../app/storage.js';

const STORED = 'private';
const PATIENCE_MS = 300;
const REST_MS = 2000; // a service that can't answer is left alone
const IDLE_MS = 2000; // where the browser doesn't tell
const OF_THE_PICTURE = ['unreadable', 'tooLarge', 'blank']; // problems

/**
 * Where drawings are read: by the service; here where it can't be reached, refuses or is slow, and where the visitor wants nothing to leave this device.
 * What reads here is fetched when the page has nothing else to do.
 * @param {HTMLInputElement} box "On this device only"; gets `data-ready` when the device can read
 * @param {() => Record<string, string>} headers that the service wants
 * @param {() => void} onChange called when the visitor chooses otherwise
 */
export function createPlace(box, headers, onChange) {
  /** @type {ReturnType<import('../device/device.js').createDevice>} */
  let device;
  let rest = null;

  async function refresh(version) {
    const { createDevice } = await import('../device/device.js');
    device ??= createDevice(headers, () => (box.dataset.ready = ''));
    await device.refresh(version);
  }

  const isReady = () => Boolean(device?.isReady());
  const quietly = promise => promise.catch(() => null); // no script, no worker: the service alone answers

  box.checked = Boolean(forever.get(STORED));
  box.addEventListener('change', () => {
    forever.set(STORED, box.checked ? 'yes' : '');
    onChange();
  });
  (self.requestIdleCallback ?? (work => setTimeout(work, IDLE_MS)))(() => quietly(refresh()));

  return {
    /** @returns {Promise<typeof device>} rejects where this browser has none */
    async device() {
      if (!isReady()) await refresh();
      return device;
    },

    /**
     * @template Answer
     * @param {boolean} isDrawing the device reads nothing else
     * @param {(signal: AbortSignal) => Promise<Answer>} askService never rejects
     * @param {(here: typeof device) => Promise<Answer | null>} askDevice
     * @param {AbortSignal} signal
     * @param {boolean} [isUrgent] whether a slow service isn't waited for
     * @returns {Promise<Answer>} with `instead`, as a Prediction has it, where the device answers
     */
    async ask(isDrawing, askService, askDevice, signal, isUrgent = true) {
      const here = async instead => {
        const answer = isDrawing && isReady() ? await quietly(askDevice(device)) : null;
        return answer && { ...answer, instead };
      };
      if (box.checked) {
        if (!isReady()) await quietly(refresh());
        return (await here(null)) ?? (isDrawing ? { key: 'notReady', retryMs: 0 } : { key: 'notDrawn' });
      }

      const early = rest && performance.now() < rest.until ? await here(rest.why) : null;
      if (early) return early;

      const late = new AbortController();
      signal.addEventListener('abort', () => late.abort());
      const service = askService(late.signal);
      const patience = isUrgent && isDrawing && isReady() ? new Promise(done => setTimeout(done, PATIENCE_MS)) : service;
      const why = (await Promise.race([service, patience])) ?? { key: 'slow' };
      if (!isRefusal(why)) {
        rest = null;
        if (isReady() && why.model !== undefined) quietly(refresh(why.model));
        return why;
      }

      const answer = await here(why);
      if (!answer) return service;

      rest = { until: performance.now() + Math.max(REST_MS, why.retryMs ?? 0), why };
      late.abort();
      return answer;
    },

    /** Asks the service again, which may answer now. */
    retry() {
      rest = null;
      if (!isReady()) quietly(refresh());
    },
  };
}

/** Whether the service gave no answer about the picture. */
const isRefusal = ({ key }) => Boolean(key) && !OF_THE_PICTURE.includes(key);
