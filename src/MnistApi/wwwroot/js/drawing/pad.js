import { paintDrawing } from './picture.js';

const EMPTY = { sheet: 0, strokes: [] };
const ERASER_BUTTON = 5; // of a stylus that is turned round

/**
 * A canvas to draw on with mouse, finger or pen; one pointer at a time, others are left alone until it lifts. The canvas needs `touch-action: none`;
 * ink has its CSS `color`, and `data-inked` is set where there is any. What is drawn is kept as strokes, every step can be taken back and again.
 * @param {HTMLCanvasElement} canvas square, without border or padding, so that its box is its bitmap
 * @param {(isOther: boolean) => void} onChange called at each movement of the pen, when it lifts, and after all below;
 *   `isOther`: what was read before no longer matters
 */
export function createPad(canvas, onChange) {
  const context = canvas.getContext('2d');
  const pen = { width: 0.07, erases: false };
  /** @type {import('./picture.js').Drawing} */
  let drawing = EMPTY;
  /** @type {import('./picture.js').Drawing[]} */
  let past = [];
  /** @type {import('./picture.js').Drawing[]} */
  let future = [];
  let sheets = 0;
  let frame = 0;
  let isDown = false;
  /** @type {number | null} the id of the pointer that is drawing */
  let pointer = null;

  const isEmpty = () => drawing.strokes.length === 0 && !drawing.file;

  function paint() {
    frame = 0;
    canvas.toggleAttribute('data-inked', !isEmpty());
    paintDrawing(context, drawing, getComputedStyle(canvas).color);
  }

  function repaint() {
    frame ||= requestAnimationFrame(paint); // as often as the screen shows it, however fast the pen
  }

  function fitToScreen() {
    canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
    canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
    paint();
  }

  /** @param {PointerEvent} event */
  function pointsOf(event) {
    const box = canvas.getBoundingClientRect();
    const moves = event.getCoalescedEvents?.() ?? []; // all that happened since the last frame
    return (moves.length > 0 ? moves : [event]).map(({ clientX, clientY, pointerType, pressure }) => ({
      x: (clientX - box.left) / box.width,
      y: (clientY - box.top) / box.height,
      pressure: pointerType === 'pen' && pressure > 0 ? pressure : 0.5, // a finger's and a mouse's mean nothing
    }));
  }

  function change(next, isOther) {
    drawing = next;
    isDown = false;
    pointer = null;
    repaint();
    onChange(isOther);
  }

  const open = next => {
    past.push(drawing);
    future = [];
    change(next, true);
  };

  /** @param {import('./strokes.js').Point} point */
  function penDown(point, erases = pen.erases) {
    const isNew = isEmpty() || Boolean(drawing.file);
    if (isNew && erases) return;
    past.push(drawing);
    future = [];
    const stroke = { points: [point], width: erases ? 2 * pen.width : pen.width, erases };
    drawing = isNew ? { sheet: ++sheets, strokes: [stroke] } : { sheet: drawing.sheet, strokes: [...drawing.strokes, stroke] };
    isDown = true;
    repaint();
    onChange(isNew);
  }

  function penMove(points) {
    drawing.strokes.at(-1).points.push(...points);
    repaint();
    onChange(false);
  }

  function penUp() {
    if (!isDown) return;
    isDown = false;
    pointer = null;
    onChange(false);
  }

  canvas.addEventListener('pointerdown', event => {
    if (isDown || (event.button !== 0 && event.button !== ERASER_BUTTON)) return;
    penDown(pointsOf(event).at(-1), pen.erases || event.button === ERASER_BUTTON);
    if (!isDown) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
  });
  canvas.addEventListener('pointermove', event => {
    if (event.pointerId === pointer) penMove(pointsOf(event));
  });
  // after pointerup and pointercancel alike
  canvas.addEventListener('lostpointercapture', event => {
    if (event.pointerId === pointer) penUp();
  });
  canvas.addEventListener('contextmenu', event => event.preventDefault()); // a long press is a dot

  new ResizeObserver(fitToScreen).observe(canvas);
  addEventListener('resize', fitToScreen); // zoom changes the pixel ratio, not always the size

  return {
    pen,
    isEmpty,
    isDown: () => isDown,
    canUndo: () => past.length > 0,
    canRedo: () => future.length > 0,
    drawing: () => drawing,
    repaint,
    penDown,
    penMove,
    penUp,

    undo() {
      if (past.length === 0) return;
      future.push(drawing);
      change(past.pop(), true);
    },
    redo() {
      if (future.length === 0) return;
      past.push(drawing);
      change(future.pop(), true);
    },
    clear() {
      if (!isEmpty()) open(EMPTY);
    },

    /** Puts an earlier drawing back on the paper. */
    open,

    /** @param {import('./strokes.js').Stroke[]} strokes drawn elsewhere */
    openStrokes: strokes => open({ sheet: ++sheets, strokes }),

    /**
     * @param {Blob} file a picture, or what is taken for one
     * @param {ImageBitmap | null} bitmap the same, as far as the browser can read it
     */
    openPicture: (file, bitmap) => open({ sheet: ++sheets, strokes: [], file, bitmap }),
  };
}
