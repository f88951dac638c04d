import { paintStrokes } from './strokes.js';

const PNG_SIDE_PX = 280; // ten times what the network sees

/**
 * A canvas to draw on with mouse, finger or pen; one pointer at a time. The canvas needs `touch-action: none`; ink has its CSS `color`,
 * and `data-inked` is set where there is any.
 * @param {HTMLCanvasElement} canvas without border or padding, so that its box is its bitmap
 * @param {() => void} onChange called when the pen is lifted, and after undo and clear
 */
export function createPad(canvas, onChange) {
  const context = canvas.getContext('2d');
  /** @type {import('./strokes.js').Stroke[]} */
  const strokes = [];
  /** @type {number | null} the id of the pointer that is drawing */
  let pen = null;

  function repaint() {
    canvas.toggleAttribute('data-inked', strokes.length > 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    paintStrokes(context, strokes, getComputedStyle(canvas).color);
  }

  function fitToScreen() {
    canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
    canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
    repaint();
  }

  /** @param {PointerEvent} event */
  function extend(event) {
    const box = canvas.getBoundingClientRect();
    const moves = event.getCoalescedEvents?.() ?? []; // all that happened since the last frame
    for (const { clientX, clientY } of moves.length > 0 ? moves : [event]) {
      strokes.at(-1).push({ x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.height });
    }
    repaint();
  }

  canvas.addEventListener('pointerdown', event => {
    if (pen !== null || event.button !== 0) return;
    pen = event.pointerId;
    canvas.setPointerCapture(pen);
    strokes.push([]);
    extend(event);
  });
  canvas.addEventListener('pointermove', event => {
    if (event.pointerId === pen) extend(event);
  });
  // after pointerup and pointercancel alike
  canvas.addEventListener('lostpointercapture', event => {
    if (event.pointerId !== pen) return;
    pen = null;
    onChange();
  });

  new ResizeObserver(fitToScreen).observe(canvas);
  addEventListener('resize', fitToScreen); // zoom changes the pixel ratio, not always the size
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint);

  /** @param {number} kept how many strokes stay; one in progress ends here */
  function keep(kept) {
    if (strokes.length === 0) return;
    strokes.length = kept;
    pen = null;
    repaint();
    onChange();
  }

  return {
    isEmpty: () => strokes.length === 0,
    undo: () => keep(strokes.length - 1),
    clear: () => keep(0),

    /** @returns {Promise<Blob>} the drawing as a PNG, black on white in every theme */
    toPng() {
      const paper = new OffscreenCanvas(PNG_SIDE_PX, PNG_SIDE_PX).getContext('2d');
      paper.fillStyle = 'white';
      paper.fillRect(0, 0, PNG_SIDE_PX, PNG_SIDE_PX);
      paintStrokes(paper, strokes, 'black');
      return paper.canvas.convertToBlob();
    },
  };
}
