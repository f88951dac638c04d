/**
 * @typedef {{reply: any, roundTripMs: number, serverMs: number | null}} Reply `serverMs`: of the whole time, what the server computed
 * @typedef {{status?: number, title?: string, detail?: string, key?: string, retryMs?: number}} Problem
 *   what went wrong: in the service's words, or else the key of a text; `status`: of HTTP, where the server answered;
 *   `retryMs`: where the same may succeed later, how long it wants to be left alone
 */

const TIMEOUT_MS = 15_000;

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
  const limits = [AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])];
  let response;
  let reply;
  try {
    response = await fetch(address, { method: 'POST', headers, body, signal: AbortSignal.any(limits) });
    reply = await response.json().catch(() => ({}));
  } catch {
    return { key: navigator.onLine ? 'unreachable' : 'offline', retryMs: 0 };
  }

  const { status } = response;
  if (response.ok && isAnswer(reply, status)) return { reply, roundTripMs: performance.now() - start, serverMs: serverTime(response) };

  const retryMs = [429, 502, 503, 504].includes(status) ? 1000 * (Number(response.headers.get('Retry-After')) || 0) : undefined;
  return reply.title && reply.detail ? { status, title: reply.title, detail: reply.detail, retryMs } : { status, key: 'noAnswer', retryMs };
}

/** @param {Response} response @returns {number | null} milliseconds, all stages together */
function serverTime(response) {
  const stages = [...(response.headers.get('Server-Timing') ?? '').matchAll(/dur=([\d.]+)/g)];
  return stages.length > 0 ? stages.reduce((sum, [, ms]) => sum + Number(ms), 0) : null;
}
