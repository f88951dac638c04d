import { FAINTEST_INK } from './segmentation.js';

const SIDE = 28;
const BOX_SIDE = 20;
const { fround } = Math; // as precise as the service: the same bytes come out

/** Null where a sheet is blank. */
export function inkBox({ ink, side }) {
  let [left, top, right, bottom, strongest] = [side, side, -1, -1, 0];
  ink.forEach((level, at) => {
    if (level === 0) return;
    const [x, y] = [at % side, Math.floor(at / side)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
    strongest = Math.max(strongest, level);
  });
  return strongest < FAINTEST_INK ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** The pixels from 0 to side that [start, end) covers, and how much of each. */
function covered(start, end, side) {
  const first = Math.max(0, Math.floor(start));
  return Array.from({ length: Math.max(0, Math.min(side, Math.ceil(end)) - first) }, (_, i) =>
    ({ at: first + i, share: fround(Math.min(first + i + 1, end) - Math.max(first + i, start)) }));
}

/** Resamples the box, widened to a centred square, to 20×20 by area. */
function fit({ ink, side: sheetSide }, box) {
  const side = Math.max(box.width, box.height);
  const scale = side / BOX_SIDE;
  const spans = length => {
    const padding = Math.floor((side - length) / 2);
    return Array.from({ length: BOX_SIDE }, (_, i) => covered(i * scale - padding, (i + 1) * scale - padding, length));
  };
  const across = spans(box.width);
  return Float32Array.from(spans(box.height).flatMap(rows => {
    const columns = new Float32Array(box.width); // of the source, summed over the rows
    for (const { at, share } of rows) {
      const start = (box.top + at) * sheetSide + box.left;
      for (let x = 0; x < box.width; x++) columns[x] += fround(ink[start + x] * share);
    }
    return across.map(span => span.reduce((sum, { at, share }) => fround(sum + fround(columns[at] * share)), 0) / fround(scale * scale));
  }));
}

/** Brings the centre of mass to the middle. */
function offset(fitted) {
  let [mass, momentX, momentY] = [0, 0, 0];
  fitted.forEach((ink, at) => {
    mass = fround(mass + ink);
    momentX = fround(momentX + fround(ink * ((at % BOX_SIDE) + 0.5))); // pixel centres
    momentY = fround(momentY + fround(ink * (Math.floor(at / BOX_SIDE) + 0.5)));
  });
  const place = moment => Math.min(Math.max(Math.floor(15 - fround(moment / mass)), 0), SIDE - BOX_SIDE);
  return { left: place(momentX), top: place(momentY) };
}

/**
 * Frames a digit exactly as DigitFraming of MnistReader does: cropped, fitted into 20×20, centred by its mass in 28×28.
 * @param {import('./segmentation.js').Sheet} sheet
 * @returns {Uint8Array | null} 784 bytes of ink; null where it is blank
 */
export function frame(sheet) {
  const box = inkBox(sheet);
  if (!box) return null;

  let fitted = fit(sheet, box);
  const gain = fround(255 / fitted.reduce((most, ink) => Math.max(most, ink)));
  fitted = fitted.map(ink => ink * gain);
  const { left, top } = offset(fitted);
  const pixels = new Uint8Array(SIDE * SIDE);
  fitted.forEach((ink, at) => (pixels[(top + Math.floor(at / BOX_SIDE)) * SIDE + left + (at % BOX_SIDE)] = fround(ink + 0.5)));
  return pixels;
}
