const PAUSE_MS = 40; // fast enough to seem at once
const LONGEST_WAIT_MS = 8000;

/**
 * Keeps an answer up to date with a drawing that changes: one question on its way at most, then the newest; after a failure it asks again by itself.
 * @template Picture, Answer
 * @param {() => Promise<Picture | null>} take what is to be read now; null for nothing
 * @param {(picture: Picture, signal: AbortSignal) => Promise<Answer & {retryMs?: number}>} ask never rejects; `retryMs`: it failed and may succeed later
 * @param {(answer: Answer | null, isLatest: boolean, failures: number) => void} show null where there was nothing to read; `isLatest`: nothing changed since;
 *   `failures`: how many there were in a row
 * @param {number} [pauseMs] from an answer to the next question, at least
 */
export function createReader(take, ask, show, pauseMs = PAUSE_MS) {
  let version = 0;
  let failures = 0;
  let timer = 0;
  /** @type {AbortController | null} */
  let question = null;

  async function run() {
    clearTimeout(timer);
    timer = 0;
    const asked = version;
    const mine = (question = new AbortController());
    const picture = await take();
    const answer = picture && !mine.signal.aborted ? await ask(picture, mine.signal) : null;
    if (mine.signal.aborted) return; // about something else

    question = null;
    failures = answer?.retryMs === undefined ? 0 : failures + 1;
    if (failures > 0) timer = setTimeout(run, Math.max(answer.retryMs, Math.min(500 * 2 ** failures, LONGEST_WAIT_MS)));
    else timer = setTimeout(() => (asked === version ? (timer = 0) : run()), pauseMs);
    show(answer, asked === version, failures);
  }

  return {
    /**
     * Tells that there is something new to read.
     * @param {boolean} isOther whether it is not a continuation: then an answer on its way is dropped
     * @param {boolean} isMoving whether more is to come at once: then a server that failed is left alone
     */
    read(isOther, isMoving) {
      version++;
      if (isOther) {
        question?.abort();
        question = null;
        clearTimeout(timer);
        timer = 0;
      }
      const waits = failures > 0 ? isMoving : timer !== 0;
      if (!question && !waits) run();
    },

    /** Asks now what failed before, if anything did. */
    retry() {
      if (failures > 0 && !question) run();
    },
  };
}
