/**
 * @typedef {{isDigit: boolean, digit: number, confidence: number, probabilities: number[], explanation: {steps: {name: string, image: string}[]}}} Prediction the step `input` is the 28×28 PNG as a data URL;
 *   where it is no digit, the others say what it would be if it were
 * @typedef {{title: string, detail: string, status?: number}} Problem what went wrong, in words; `status`: of HTTP, where the server answered
 */

/**
 * Asks the service what it reads in a drawing.
 * @param {Blob} png
 * @param {Record<string, string>} headers that the service wants beside the type
 * @returns {Promise<Prediction | Problem>} never rejects
 */
export async function predict(png, headers) {
  let response;
  try {
    response = await fetch('predict?explain=true', { method: 'POST', headers: { ...headers, 'Content-Type': 'image/png' }, body: png });
  } catch {
    return { title: 'The server can’t be reached', detail: 'Your drawing is kept. Is the service running?' };
  }

  const answer = await response.json().catch(() => ({}));
  if ('digit' in answer || 'title' in answer) return answer;
  return { title: 'The server gave no answer', detail: `It replied with status ${response.status}. Your drawing is kept.`, status: response.status };
}
