import { splitNumber } from './number.js';
import { inkSquare, paintStrokes } from './strokes.js';

/**
 * @typedef {{sheet: number, strokes: import('./strokes.js').Stroke[], file?: Blob, bitmap?: ImageBitmap | null, isRead?: boolean}} Drawing What lies on the
 *   paper: strokes, or a picture that was brought; `bitmap` is null where the browser can't show it, `isRead` false where the service can't read it. `sheet`
 *   tells drawings apart; 0 is the empty one.
 * @typedef {{picture: Blob, ink: import('../device/segmentation.js').Sheet | null, number?: SentNumber | null}} Sent What the service is asked about; `ink`:
 *   the same before it became a picture, null of one that was brought; `number`: where strokes may be several digits
 * @typedef {{parts: Sent[], read: ReturnType<typeof splitNumber>['read']}} SentNumber `parts`: what may be one digit; `read` tells from what each says what
 *   the number is
 */

const SENT_SIDE_PX = 128; // four times what the network sees, and a little paper around it: the service frames it as if it were larger
const MARGIN_PX = 12;
const SAVED_SIDE_PX = 280;
const SMALL_FILE_BYTES = 500_000;
const LARGE_SIDE_PX = 1600; // a photo is sent smaller: a digit on it stays readable
const MOST_KEPT = 500;

/** @type {Map<string, Sent>} parts of numbers by their strokes: the pen changes only the newest */
const kept = new Map();

const paper = side => Object.assign(document.createElement('canvas'), { width: side, height: side }).getContext('2d', { willReadFrequently: true });

/** @param {HTMLCanvasElement} canvas */
function toPngBlob(canvas) {
  const base64 = canvas.toDataURL().split(',')[1]; // at once, where toBlob waits until the page has nothing else to do
  return new Blob([Uint8Array.from(atob(base64), character => character.charCodeAt(0))], { type: 'image/png' });
}

/** @param {CanvasRenderingContext2D} context of a square canvas without paper @returns {import('../device/segmentation.js').Sheet} */
function inkOf(context) {
  const { width: side } = context.canvas;
  return { ink: context.getImageData(0, 0, side, side).data.filter((_, at) => at % 4 === 3), side }; // its alpha
}

function fillBehind(context) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalCompositeOperation = 'destination-over'; // last, so that an eraser shows paper
  context.fillStyle = 'white';
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
}

/**
 * Paints a drawing over a whole canvas.
 * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} context of a square canvas
 * @param {Drawing} drawing
 * @param {string} colour of the ink
 */
export function paintDrawing(context, { strokes, bitmap }, colour) {
  const { width } = context.canvas;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, width);
  if (bitmap) {
    const scale = width / Math.max(bitmap.width, bitmap.height);
    context.drawImage(bitmap, (width - bitmap.width * scale) / 2, (width - bitmap.height * scale) / 2, bitmap.width * scale, bitmap.height * scale);
  }
  context.scale(width, width);
  paintStrokes(context, strokes, colour);
}

/**
 * The picture to ask about: a drawing's ink alone, small; a brought picture as it is, or smaller where it is large.
 * @param {Drawing} drawing
 * @returns {Promise<Sent | null>} null where there is no ink
 */
export async function toSend({ strokes, file, bitmap, isRead }) {
  if (file) {
    const isLarge = bitmap && (file.size > SMALL_FILE_BYTES || Math.max(bitmap.width, bitmap.height) > LARGE_SIDE_PX);
    return { picture: isLarge || !isRead ? await shrink(bitmap) : file, ink: null };
  }

  const sent = paintInk(strokes);
  const number = sent && splitNumber(strokes);
  return sent && { ...sent, number: number && { ...number, parts: number.runs.map(keepInk) } };
}

/** @param {import('./strokes.js').Stroke[]} strokes @returns {Sent | null} */
function paintInk(strokes) {
  const square = inkSquare(strokes);
  if (!square) return null;

  const context = paper(SENT_SIDE_PX);
  const scale = (SENT_SIDE_PX - 2 * MARGIN_PX) / square.side;
  context.setTransform(scale, 0, 0, scale, MARGIN_PX - square.x * scale, MARGIN_PX - square.y * scale);
  paintStrokes(context, strokes, 'black');
  const ink = inkOf(context);
  if (!ink.ink.some(level => level > 0)) return null; // an eraser may have left none

  fillBehind(context);
  return { picture: toPngBlob(context.canvas), ink };
}

function keepInk(strokes) {
  const key = JSON.stringify(strokes);
  if (!kept.has(key)) {
    if (kept.size > MOST_KEPT) kept.clear();
    kept.set(key, paintInk(strokes));
  }
  return kept.get(key);
}

/**
 * @param {Drawing} drawing
 * @returns {Promise<Blob>} a PNG to keep: the whole paper, black on white in every theme
 */
export async function toPng(drawing) {
  const context = paper(SAVED_SIDE_PX);
  paintDrawing(context, drawing, 'black');
  fillBehind(context);
  return toPngBlob(context.canvas);
}

/**
 * What was asked about; of several digits, one of them.
 * @param {Drawing} drawing
 * @param {import('../reading/predict.js').Prediction & {sent: Sent}} answer
 * @param {number} index of the digit
 * @returns {Promise<Sent>}
 */
export async function partOf({ bitmap }, { sent, row }, index) {
  const digit = row?.digits[index];
  if (digit && sent.number) return sent.number.parts[digit.part];
  if (!digit || !bitmap) return sent;

  const scale = bitmap.width / row.width;
  const { x, y, width, height } = digit.box;
  const margin = 0.15 * Math.max(width, height);
  return { picture: await shrink(bitmap, (x - margin) * scale, (y - margin) * scale, (width + 2 * margin) * scale, (height + 2 * margin) * scale), ink: null };
}

/** @param {ImageBitmap} bitmap @param {...number} part by default all */
function shrink(bitmap, left = 0, top = 0, width = bitmap.width, height = bitmap.height) {
  const scale = Math.min(1, LARGE_SIDE_PX / Math.max(width, height));
  const context = new OffscreenCanvas(Math.ceil(width * scale), Math.ceil(height * scale)).getContext('2d');
  const { canvas } = context;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, left, top, width, height, 0, 0, canvas.width, canvas.height);
  fillBehind(context); // transparency is paper
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
}
