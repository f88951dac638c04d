import { post } from './service.js';

/**
 * @typedef {{digit: number, candidates: number[], confidence: number, isDigit: boolean,
 *   box: {x: number, y: number, width: number, height: number}}} RowDigit one of several; `candidates`: what it may be; `box` in pixels
 * @typedef {{written: string, digits: RowDigit[], width: number, height: number}} Row several digits, line after line from left to right, and the size of the
 *   picture in pixels; `written`: the digits and what separates them, `?` for what can't be read, and a line feed between two lines
 * @typedef {{isDigit: boolean, digit: number, candidates: number[], confidence: number, probabilities: number[], model: string, picture: Blob,
 *   names: string[], row?: Row, roundTripMs: number, serverMs: number | null, instead?: Problem | null}} Prediction
 *   `candidates`: what it may be, most probable first; `picture`: what was asked about; `names`: what was read, as short as can be, several where it may be
 *   either; `row`: where there are several digits; `instead`: where it was read on this device, why; null where the visitor wants it so.
 *   Where it is no digit, the others say what it would be if it were.
 * @typedef {{steps: {name: string, image: string}[], saliency: {digit: number, image: string}, runnerUp: {digit: number, image: string},
 *   layers: {name: string, channels: number, width: number, height: number, image: string}[]}} Explanation images are PNGs as data URLs
 * @typedef {import('./service.js').Problem} Problem
 */

const BYTES = { 'Content-Type': 'application/octet-stream' }; // the service tells by the bytes

/**
 * Asks the service what it reads: in a drawing, or in each part of it that may be a digit; in a picture, a second time where it may show several digits.
 * @param {import('../drawing/picture.js').Sent} sent
 * @param {Record<string, string>} key headers that the service wants
 * @param {AbortSignal} signal
 * @returns {Promise<Prediction | Problem>} never rejects
 */
export async function predict({ picture, ink, number }, key, signal) {
  if (number) return predictNumber(picture, number, key, signal);

  const headers = { ...key, ...BYTES };
  const answer = await post('predict', picture, headers, isPrediction, signal);
  if (!answer.reply) return answer;

  const { reply, roundTripMs, serverMs } = answer;
  const one = asPrediction(reply, null, { picture, roundTripMs, serverMs });
  if (ink || !reply.hint) return one;

  const read = await post('read', picture, headers, reply => 'digits' in reply, signal);
  if (!read.reply) return read;
  if (read.reply.digits.length < 2 || !read.reply.digits.some(({ isDigit }) => isDigit)) return one;
  return asPrediction(reply, read.reply, {
    picture,
    roundTripMs: roundTripMs + read.roundTripMs,
    serverMs: serverMs === null || read.serverMs === null ? null : serverMs + read.serverMs,
  });
}

async function predictNumber(picture, { parts, read }, key, signal) {
  const body = new FormData();
  for (const each of [picture, ...parts.map(part => part.picture)]) body.append('image', each);
  const answer = await post('predict/batch', body, key, ({ answers }) => answers?.length === parts.length + 1, signal);
  if (!answer.reply) return answer;

  const { reply: { answers }, ...times } = answer;
  const problem = answers.find(each => each.problem)?.problem;
  const [whole, ...readings] = answers.map(({ prediction }) => prediction);
  return problem ?? asPrediction(whole, read(readings), { picture, ...times });
}

/**
 * @param {any} reading of all as one digit
 * @param {Row | null} row
 * @param {{picture: Blob, roundTripMs: number, serverMs: number | null}} rest
 * @returns {Prediction}
 */
export function asPrediction(reading, row, rest) {
  const names = row ? [row.written.replaceAll('\n', ' ')] : reading.isDigit ? reading.candidates.map(String) : ['?'];
  return { ...reading, names, ...(row ? { row } : {}), ...rest };
}

/**
 * Asks the service how its answer to a picture comes about.
 * @param {Blob} picture
 * @param {Record<string, string>} key headers that the service wants
 * @param {AbortSignal} signal
 * @returns {Promise<{isDigit: boolean, explanation: Explanation} | Problem>} never rejects
 */
export async function explain(picture, key, signal) {
  const answer = await post('predict?explain=true', picture, { ...key, ...BYTES }, isPrediction, signal);
  return answer.reply ?? answer;
}

/** @param {any} reply */
function isPrediction(reply) {
  return 'digit' in reply;
}
