/**
 * @typedef {{reply: any, roundTripMs: number, serverMs: number | null}} Reply `serverMs`: of the whole time, what the server computed
 * @typedef {{status?: number, title?: string, detail?: string, key?: string, retryMs?: number}} Problem
 *   what went wrong: the key of a text, or else in the service's words; `status`: of HTTP, where the server answered;
 *   `retryMs`: where the same may succeed later, how long it wants to be left alone
 */

const TIMEOUT_MS = 15_000;
// of texts, by the status of a problem
const KEYS = { 400: 'unreadable', 401: 'locked', 408: 'noAnswer', 413: 'tooLarge', 415: 'unreadable', 422: 'blank', 429: 'busy', 507: 'full' };

/**
 * Sends something to the service.
 * @param {string} address
 * @param {Blob | FormData} body
 * @param {Record<string, string>} headers
 * @param {(reply: any, status: number) => boolean} isAnswer whether that is what the service answers, and not what stands in its place
 * @param {AbortSignal} [signal]
 * @returns {Promise<Reply | Problem>} never rejects
 */
export async function post(address, body, headers, isAnswer, signal) {
  const start = performance.now();
  const end = new AbortController(); // AbortSignal.any is too new
  const timer = setTimeout(() => end.abort(), TIMEOUT_MS);
  signal?.addEventListener('abort', () => end.abort());
  let response;
  let reply;
  try {
    if (signal?.aborted) end.abort();
    response = await fetch(address, { method: 'POST', headers, body, signal: end.signal });
    reply = await response.json().catch(() => ({}));
  } catch {
    return { key: navigator.onLine ? 'unreachable' : 'offline', retryMs: 0 };
  } finally {
    clearTimeout(timer);
  }

  const { status } = response;
  if (response.ok && isAnswer(reply, status)) return { reply, roundTripMs: performance.now() - start, serverMs: serverTime(response) };

  const key = KEYS[status] ?? (status < 400 || status >= 500 || !reply.detail ? 'noAnswer' : undefined);
  const retryMs = key === 'busy' || key === 'noAnswer' ? 1000 * (Number(response.headers.get('Retry-After')) || 0) : undefined;
  return key ? { status, key, retryMs } : { status, title: reply.title, detail: reply.detail };
}

/** @param {Response} response @returns {number | null} milliseconds, all stages together */
function serverTime(response) {
  const stages = [...(response.headers.get('Server-Timing') ?? '').matchAll(/dur=([\d.]+)/g)];
  return stages.length > 0 ? stages.reduce((sum, [, ms]) => sum + Number(ms), 0) : null;
}
