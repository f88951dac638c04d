/**
 * Strokes as a short text for an address. Bytes in base64url: a version; then of each stroke the number of its points and two flags, its width, and the way
 * from each point to the next, of 1 byte where it is short. The unit is a thousandth of the canvas' side, as good as half a pixel of a large one.
 */

const VERSION = 1;
const UNITS = 1024; // of the canvas' side
const FARTHEST = 8 * UNITS; // beyond the canvas: a pen that is held down may leave it
const WIDTH_UNITS = 1000;
const WIDEST = 500;
const PRESSURE_UNITS = 64;
const MOST_BYTES = 4096; // some 2000 points: a text of 5.5 kB, which messengers and mail still take
const ERASES = 1;
const HAS_PRESSURE = 2;

/**
 * @param {import('./strokes.js').Stroke[]} strokes
 * @returns {string | null} null where they are too long for an address
 */
export function encodeStrokes(strokes) {
  const bytes = [VERSION];
  let at = { x: 0, y: 0, pressure: PRESSURE_UNITS / 2 };

  for (const { points, width, erases } of strokes) {
    const rounded = thin(points.map(toUnits));
    const hasPressure = rounded.some(({ pressure }) => pressure !== PRESSURE_UNITS / 2);
    put((rounded.length << 2) | (hasPressure ? HAS_PRESSURE : 0) | (erases ? ERASES : 0));
    put(Math.round(width * WIDTH_UNITS));
    for (const point of rounded) {
      for (const axis of ['x', 'y', ...(hasPressure ? ['pressure'] : [])]) putSigned(point[axis] - at[axis]);
      at = point;
    }
    at.pressure = PRESSURE_UNITS / 2;
  }
  if (bytes.length > MOST_BYTES) return null;

  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

  /** 7 bits a byte, the lowest first; the eighth says that there are more. */
  function put(number) {
    for (; number > 127; number >>= 7) bytes.push((number & 127) | 128);
    bytes.push(number);
  }

  function putSigned(number) {
    put(number < 0 ? -2 * number - 1 : 2 * number);
  }
}

/**
 * Reads what comes from anywhere: whatever isn't from `encodeStrokes` is refused before much memory is taken.
 * @param {string} text
 * @returns {import('./strokes.js').Stroke[] | null} null where these are no strokes, or no ink
 */
export function decodeStrokes(text) {
  if (text.length > (MOST_BYTES * 4) / 3 + 1 || text.length % 4 === 1 || !/^[\w-]+$/.test(text)) return null;

  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), character => character.charCodeAt(0));
  let read = 1;
  let at = { x: 0, y: 0, pressure: PRESSURE_UNITS / 2 };
  /** @type {import('./strokes.js').Stroke[]} */
  const strokes = [];

  while (bytes[0] === VERSION && read < bytes.length) {
    const head = take();
    const width = take();
    const count = head >> 2;
    const isPossible = count > 0 && 2 * count <= bytes.length - read && width > 0 && width <= WIDEST; // a point has two bytes at least
    if (!isPossible) return null;

    const points = [];
    for (let i = 0; i < count; i++) {
      at = { x: at.x + takeSigned(), y: at.y + takeSigned(), pressure: at.pressure + (head & HAS_PRESSURE ? takeSigned() : 0) };
      if (!isOnPaper(at)) return null;
      points.push({ x: at.x / UNITS, y: at.y / UNITS, pressure: at.pressure / PRESSURE_UNITS });
    }
    at.pressure = PRESSURE_UNITS / 2;
    strokes.push({ points, width: width / WIDTH_UNITS, erases: Boolean(head & ERASES) });
  }
  return strokes.some(({ erases }) => !erases) ? strokes : null;

  /** @returns {number} NaN where the bytes end within it, or where there are more than a number has */
  function take() {
    let number = 0;
    for (let shift = 0; shift < 21; shift += 7) {
      const byte = bytes[read++];
      number |= (byte & 127) << shift;
      if (byte < 128) return number;
    }
    return NaN;
  }

  function takeSigned() {
    const number = take();
    return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
  }
}

/** @param {import('./strokes.js').Point} point in whole units */
function toUnits({ x, y, pressure }) {
  const round = share => Math.min(Math.max(Math.round(share * UNITS), -FARTHEST), FARTHEST);
  return { x: round(x), y: round(y), pressure: Math.round(pressure * PRESSURE_UNITS) };
}

/** Leaves out what a fast pen adds without moving on; the ends stay. */
function thin(points) {
  const kept = [points[0]];
  for (const point of points.slice(1, -1)) {
    const last = kept.at(-1);
    if (Math.abs(point.x - last.x) > 1 || Math.abs(point.y - last.y) > 1) kept.push(point);
  }
  return points.length > 1 ? [...kept, points.at(-1)] : kept;
}

/** Not of NaN, either. */
function isOnPaper({ x, y, pressure }) {
  return Math.abs(x) <= FARTHEST && Math.abs(y) <= FARTHEST && pressure >= 0 && pressure <= PRESSURE_UNITS;
}
