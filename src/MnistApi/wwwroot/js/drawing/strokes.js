/**
 * @typedef {{x: number, y: number, pressure: number}} Point A place on the canvas: (0, 0) top left, (1, 1) bottom right, whatever its size in pixels;
 *   `pressure`: 0 to 1, where 0.5 draws the stroke's own width.
 * @typedef {{points: Point[], width: number, erases: boolean}} Stroke From pen down to pen up, in order, at least one point; `width`: of the canvas' side.
 */

/** @param {Stroke} stroke @param {Point} point */
const widthAt = ({ width }, { pressure }) => width * Math.min(Math.max(2 * pressure, 0.4), 1.7);

/**
 * Paints strokes, smoothed by quadratic curves through the middles of neighbouring points; an eraser's strokes take away what lies under them.
 * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} context
 *   scaled so that the unit square is the canvas; transparent where there is no ink
 * @param {Stroke[]} strokes
 * @param {string} colour any CSS colour
 */
export function paintStrokes(context, strokes, colour) {
  context.save();
  context.strokeStyle = colour;
  context.lineCap = context.lineJoin = 'round';
  for (const stroke of strokes) {
    const { points, erases } = stroke;
    context.globalCompositeOperation = erases ? 'destination-out' : 'source-over';
    let from = points[0];
    begin(widthAt(stroke, from));
    if (points.length === 1) context.lineTo(from.x + 1e-4, from.y); // no line of length 0, which draws nothing: a touch leaves a dot
    for (let i = 1; i < points.length; i++) {
      const width = widthAt(stroke, points[i]);
      if (Math.abs(width / context.lineWidth - 1) > 0.02) { // a mouse's stroke is one path, a pen's many
        context.stroke();
        begin(width);
      }
      const next = points[i + 1] ?? points[i];
      const to = { x: (points[i].x + next.x) / 2, y: (points[i].y + next.y) / 2 };
      context.quadraticCurveTo(points[i].x, points[i].y, to.x, to.y);
      from = to;
    }
    context.stroke();

    function begin(width) {
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(from.x, from.y);
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
