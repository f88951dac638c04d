const CELL = 2; // pixels: as finely as the service looks
const WEAK = 40; // of 255: a colour that is hardly seen
const LEAST = 6; // pixels from side to side: a thinner digit has no left and right

/** @param {HTMLImageElement} image decoded */
function pixelsOf(image) {
  const { naturalWidth: width, naturalHeight: height } = image;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, width, height);
}

/** @param {HTMLImageElement} image ink on black, with some ink @returns {{left: number, top: number, width: number, height: number}} in its pixels */
export function inkBox(image) {
  const { data, width, height } = pixelsOf(image);
  const ink = Array.from({ length: width * height }, (_, i) => i).filter(i => data[4 * i] > 0);
  const range = places => [Math.min(...places), Math.max(...places) + 1];
  const [left, right] = range(ink.map(i => i % width));
  const [top, bottom] = range(ink.map(i => Math.floor(i / width)));
  return { left, top, width: right - left, height: bottom - top };
}

/**
 * Where a saliency map speaks most clearly.
 * @param {HTMLImageElement} image 28×28, orange for, blue against, grey neither
 * @returns {Record<'for' | 'against', {x: number, y: number, place: number} | null>} in pixels;
 *   `place` in the ink's box: 0 upper left, 1 above, 2 upper right, 3 left … 8 lower right; null where nothing does
 */
export function evidenceOf(image) {
  const { data, width, height } = pixelsOf(image);
  const cells = [];
  for (let y = 0; y < height; y += CELL)
    for (let x = 0; x < width; x += CELL) {
      let warmth = 0; // red less blue, the mean of the cell
      for (let i = 0; i < CELL * CELL; i++) {
        const pixel = 4 * ((y + Math.floor(i / CELL)) * width + x + (i % CELL));
        warmth += (data[pixel] - data[pixel + 2]) / (CELL * CELL);
      }
      cells.push({ x: x + CELL / 2, y: y + CELL / 2, warmth });
    }

  const box = inkBox(image);
  const third = (at, start, length) => (length < LEAST ? 1 : Math.max(0, Math.min(2, Math.floor((3 * (at - start)) / length))));
  const strongest = sign => {
    const { x, y, warmth } = cells.reduce((most, cell) => (sign * cell.warmth > sign * most.warmth ? cell : most));
    return sign * warmth < WEAK ? null : { x, y, place: 3 * third(y, box.top, box.height) + third(x, box.left, box.width) };
  };
  return { for: strongest(1), against: strongest(-1) };
}
