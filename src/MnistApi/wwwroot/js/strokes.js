/**
 * @typedef {{x: number, y: number}} Point A place on the canvas: (0, 0) top left, (1, 1) bottom right, whatever its size in pixels.
 * @typedef {Point[]} Stroke The points from pen down to pen up, in order.
 */

// Of the canvas' side. A digit that fills two thirds of it then has strokes like MNIST's, about 2.5 of 20 pixels.
const PEN_WIDTH = 0.07;

/**
 * Paints strokes over the whole canvas, smoothed by quadratic curves through the middles of neighbouring points.
 * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} context
 * @param {Stroke[]} strokes
 * @param {string} colour any CSS colour
 */
export function paintStrokes(context, strokes, colour) {
  context.save();
  context.scale(context.canvas.width, context.canvas.height);
  context.strokeStyle = colour;
  context.lineWidth = PEN_WIDTH;
  context.lineCap = context.lineJoin = 'round';
  for (const stroke of strokes) {
    const last = stroke.at(-1);
    context.beginPath();
    context.moveTo(stroke[0].x, stroke[0].y);
    for (let i = 1; i < stroke.length - 1; i++) {
      const middle = { x: (stroke[i].x + stroke[i + 1].x) / 2, y: (stroke[i].y + stroke[i + 1].y) / 2 };
      context.quadraticCurveTo(stroke[i].x, stroke[i].y, middle.x, middle.y);
    }
    context.lineTo(last.x + 1e-4, last.y); // no line of length 0, which draws nothing: a touch leaves a dot
    context.stroke();
  }
  context.restore();
}
