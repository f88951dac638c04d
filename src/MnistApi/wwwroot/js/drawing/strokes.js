/**
 * @typedef {{x: number, y: number, pressure: number}} Point A place on the canvas: (0, 0) top left, (1, 1) bottom right, whatever its size in pixels;
 *   `pressure`: 0 to 1, where 0.5 draws the stroke's own width.
 * @typedef {{points: Point[], width: number, erases: boolean}} Stroke From pen down to pen up, in order, at least one point; `width`: of the canvas' side.
 */

/** @param {Stroke} stroke @param {Point} point */
const widthAt = ({ width }, { pressure }) => width * Math.min(Math.max(2 * pressure, 0.4), 1.7);

/** The handle of a Bézier curve that goes from one point to the next, on a centripetal Catmull-Rom spline: it has no loops where points lie unevenly. */
function handle(before, { x, y }, after) {
  const [past, next] = [Math.hypot(x - before.x, y - before.y), Math.hypot(after.x - x, after.y - y)];
  const [a, b] = [Math.sqrt(past), Math.sqrt(next)];
  if (a === 0) return { x, y };
  const along = (before, at, after) => (past * after - next * before + (2 * past + 3 * a * b + next) * at) / (3 * a * (a + b));
  return { x: along(before.x, x, after.x), y: along(before.y, y, after.y) };
}

/**
 * Paints strokes as smooth curves through their points; an eraser's strokes take away what lies under them.
 * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} context
 *   scaled so that the unit square is the canvas; transparent where there is no ink
 * @param {Stroke[]} strokes
 * @param {string} colour any CSS colour
 * @param {number} [first] point of each stroke that isn't painted yet
 */
export function paintStrokes(context, strokes, colour, first = 0) {
  context.save();
  context.strokeStyle = colour;
  context.lineCap = context.lineJoin = 'round';
  for (const stroke of strokes) {
    const { points, erases } = stroke;
    const start = Math.max(1, first - 1); // the curve to the last point bends when another comes
    context.globalCompositeOperation = erases ? 'destination-out' : 'source-over';
    begin(points[start - 1]);
    context.lineTo(points[start - 1].x + 1e-4, points[start - 1].y); // no line of length 0, which draws nothing: a touch leaves a dot
    for (let i = start; i < points.length; i++) {
      const [from, to] = [points[i - 1], points[i]];
      if (Math.abs(widthAt(stroke, to) / context.lineWidth - 1) > 0.02) { // a mouse's stroke is one path, a pen's many
        context.stroke();
        begin(from, to);
      }
      const [leaving, arriving] = [handle(points[i - 2] ?? from, from, to), handle(points[i + 1] ?? to, to, from)];
      context.bezierCurveTo(leaving.x, leaving.y, arriving.x, arriving.y, to.x, to.y);
    }
    context.stroke();

    function begin({ x, y }, of = points[start - 1]) {
      context.lineWidth = widthAt(stroke, of);
      context.beginPath();
      context.moveTo(x, y);
    }
  }
  context.restore();
}

/**
 * @param {Stroke[]} strokes
 * @returns {{x: number, y: number, side: number} | null} the smallest square around all ink, in shares of the canvas' side,
 *   maybe beyond its edges; null where there is none
 */
export function inkSquare(strokes) {
  const ink = strokes.filter(stroke => !stroke.erases);
  if (ink.length === 0) return null;

  const edges = (axis, sign) => ink.flatMap(stroke => stroke.points.map(point => point[axis] + (sign * widthAt(stroke, point)) / 2));
  const [left, top] = ['x', 'y'].map(axis => edges(axis, -1).reduce((a, b) => Math.min(a, b)));
  const [right, bottom] = ['x', 'y'].map(axis => edges(axis, 1).reduce((a, b) => Math.max(a, b)));
  const side = Math.max(right - left, bottom - top);
  return { x: (left + right - side) / 2, y: (top + bottom - side) / 2, side };
}
