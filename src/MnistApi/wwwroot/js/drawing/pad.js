import { paintDrawing } from './picture.js';
import { paintStrokes } from './strokes.js';

const EMPTY = { sheet: 0, strokes: [] };
const ERASER_BUTTON = 5; // of a stylus that is turned round
const SMALLEST_FRAME = 0.05; // of a picture's longer side

/**
 * A canvas to draw on with mouse, finger or pen; one pointer at a time, others are left alone until it lifts. The canvas needs `touch-action: none`;
 * ink has its CSS `color`, and `data-inked` is set where there is any, `data-picture` for a picture that was brought, of which a frame keeps a part.
 * What is drawn is kept as strokes, every step can be taken back and again.
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
  let liftedMs = -Infinity;
  /** @type {{stroke: import('./strokes.js').Stroke, points: number} | null} how much of the newest stroke is on the canvas; null where all is to be painted */
  let painted = null;
  /** @type {number | null} the id of the pointer that is drawing */
  let pointer = null;
  /** @type {{from: import('./strokes.js').Point, to: import('./strokes.js').Point} | null} a frame that is being drawn around a part of a picture */
  let frameOf = null;

  const isEmpty = () => drawing.strokes.length === 0 && !drawing.file;

  function paint() {
    frame = 0;
    canvas.toggleAttribute('data-inked', !isEmpty());
    canvas.toggleAttribute('data-picture', Boolean(drawing.file));
    const { color } = getComputedStyle(canvas);
    const stroke = drawing.strokes.at(-1);
    if (painted && painted.stroke === stroke) paintStrokes(context, [stroke], color, painted.points);
    else paintDrawing(context, drawing, color);
    if (frameOf) strokeFrame();
    painted = isDown ? { stroke, points: stroke.points.length } : null;
  }

  /** Seen on light and on dark pictures. */
  function strokeFrame() {
    const { from, to } = frameOf;
    context.lineWidth = 0.006;
    for (const [color, dash] of [['white', []], ['black', [0.02]]]) {
      context.strokeStyle = color;
      context.setLineDash(dash);
      context.strokeRect(from.x, from.y, to.x - from.x, to.y - from.y);
    }
    context.setLineDash([]);
  }

  /** Keeps the part of a picture that was framed. */
  async function crop({ from, to }) {
    const { file, bitmap } = drawing;
    const side = Math.max(bitmap.width, bitmap.height);
    const place = (share, length) => Math.min(Math.max(Math.round(share * side - (side - length) / 2), 0), length);
    const [left, right] = [from.x, to.x].map(share => place(share, bitmap.width)).sort((a, b) => a - b);
    const [top, bottom] = [from.y, to.y].map(share => place(share, bitmap.height)).sort((a, b) => a - b);
    if (Math.min(right - left, bottom - top) < SMALLEST_FRAME * side) return repaint(); // a tap
    const part = await createImageBitmap(bitmap, left, top, right - left, bottom - top);
    if (drawing.file === file) open({ sheet: drawing.sheet, strokes: [], file, bitmap: part, isRead: false });
  }

  function paintMore() {
    frame ||= requestAnimationFrame(paint); // as often as the screen shows it, however fast the pen
  }

  function repaint() {
    painted = null;
    paintMore();
  }

  function fitToScreen() {
    canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
    canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
    painted = null;
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
    liftedMs = -Infinity;
    pointer = frameOf = null;
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
    if (drawing.bitmap || (isNew && erases)) return;
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
    paintMore();
    onChange(false);
  }

  function penUp() {
    if (!isDown) return;
    isDown = false;
    liftedMs = performance.now();
    pointer = null;
    repaint();
    onChange(false);
  }

  canvas.addEventListener('pointerdown', event => {
    if (isDown || frameOf || (event.button !== 0 && event.button !== ERASER_BUTTON)) return;
    if (drawing.bitmap) {
      const [at] = pointsOf(event);
      frameOf = { from: at, to: at };
      pointer = event.pointerId;
      canvas.setPointerCapture(pointer);
      return;
    }
    penDown(pointsOf(event).at(-1), pen.erases || event.button === ERASER_BUTTON);
    if (!isDown) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
  });
  canvas.addEventListener('pointermove', event => {
    if (event.pointerId !== pointer) return;
    if (!frameOf) return penMove(pointsOf(event));
    frameOf.to = pointsOf(event).at(-1);
    repaint();
  });
  // after pointerup and pointercancel alike
  canvas.addEventListener('lostpointercapture', event => {
    if (event.pointerId !== pointer) return;
    if (!frameOf) return penUp();
    const framed = frameOf;
    frameOf = pointer = null;
    crop(framed);
  });
  canvas.addEventListener('contextmenu', event => event.preventDefault()); // a long press is a dot

  new ResizeObserver(fitToScreen).observe(canvas);
  addEventListener('resize', fitToScreen); // zoom changes the pixel ratio, not always the size

  return {
    pen,
    isEmpty,
    isDown: () => isDown,
    /** Milliseconds since the pen was lifted. */
    restMs: () => performance.now() - liftedMs,
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

    /** Turns the picture on the paper by a quarter, to the right. */
    rotate() {
      const { sheet, file, bitmap } = drawing;
      const context = new OffscreenCanvas(bitmap.height, bitmap.width).getContext('2d');
      context.rotate(Math.PI / 2);
      context.drawImage(bitmap, 0, -bitmap.height);
      open({ sheet, strokes: [], file, bitmap: context.canvas.transferToImageBitmap(), isRead: false });
    },

    /** Puts an earlier drawing back on the paper. */
    open,

    /** @param {import('./strokes.js').Stroke[]} strokes drawn elsewhere */
    openStrokes: strokes => open({ sheet: ++sheets, strokes }),

    /** @param {import('./strokes.js').Stroke[]} strokes @returns {import('./picture.js').Drawing} on a sheet of their own, not on the paper yet */
    toDrawing: strokes => ({ sheet: ++sheets, strokes }),

    /**
     * @param {Blob} file a picture, or what is taken for one
     * @param {ImageBitmap | null} bitmap the same, as far as the browser can read it
     * @param {boolean} isRead whether the service reads its format
     */
    openPicture: (file, bitmap, isRead) => open({ sheet: ++sheets, strokes: [], file, bitmap, isRead }),
  };
}
