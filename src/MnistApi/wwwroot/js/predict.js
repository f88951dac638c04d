/**
 * @typedef {{isDigit: boolean, digit: number, confidence: number, probabilities: number[], explanation?: Explanation, roundTripMs: number, serverMs: number | null}} Prediction
 *   `explanation`: where it was asked for; `serverMs`: of the whole time, what the server computed. Where it is no digit, the others say what it would be if it were.
 * @typedef {{steps: {name: string, image: string}[], saliency: {digit: number, image: string}, runnerUp: {digit: number, image: string},
 *   layers: {name: string, channels: number, width: number, height: number, image: string}[]}} Explanation images are PNGs as data URLs
 * @typedef {{status?: number, title?: string, detail?: string, key?: string, retryMs?: number}} Problem what went wrong: in the service's words, or else the key of
 *   a text; `status`: of HTTP, where the server answered; `retryMs`: where the same may succeed later, how long it wants to be left alone
 */

const TIMEOUT_MS = 15_000;

/**
 * Asks the service what it reads in a picture.
 * @param {Blob} picture
 * @param {Record<string, string>} headers that the service wants beside the type
 * @param {boolean} explain whether to ask how the answer came about
 * @param {AbortSignal} signal
 * @returns {Promise<Prediction | Problem>} never rejects
 */
export async function predict(picture, headers, explain, signal) {
  const start = performance.now();
  let response;
  let answer;
  try {
    response = await fetch(explain ? 'predict?explain=true' : 'predict', {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/octet-stream' }, // the service tells by the bytes
      body: picture,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    answer = await response.json().catch(() => ({}));
  } catch {
    return { key: navigator.onLine ? 'unreachable' : 'offline', retryMs: 0 };
  }

  const { status } = response;
  if (response.ok && 'digit' in answer) return { ...answer, roundTripMs: performance.now() - start, serverMs: serverTime(response) };

  const retryMs = [429, 502, 503, 504].includes(status) ? 1000 * (Number(response.headers.get('Retry-After')) || 0) : undefined;
  return answer.title && answer.detail ? { status, title: answer.title, detail: answer.detail, retryMs } : { status, key: 'noAnswer', retryMs };
}

/** @param {Response} response @returns {number | null} milliseconds, all stages together */
function serverTime(response) {
  const stages = [...(response.headers.get('Server-Timing') ?? '').matchAll(/dur=([\d.]+)/g)];
  return stages.length > 0 ? stages.reduce((sum, [, ms]) => sum + Number(ms), 0) : null;
}
