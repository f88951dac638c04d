/**
 * @typedef {import('./strokes.js').Stroke} Stroke
 * @typedef {{left: number, top: number, right: number, bottom: number}} Box in shares of the canvas' side
 * @typedef {{from: number, to: number, strokes: Stroke[], box: Box}} Run pieces of a drawing that may be one digit
 */

// chosen on other writers than NumberTests measures; lengths are shares of the tallest stroke
const FARTHEST = 0.35; // strokes of one digit are apart
const WIDEST = 1.5; // a digit is
const CROSSING = 0.02;
const TOUCHING = 0.06;
const LARGEST_DOT = 0.22;
const MOST_PIECES = 4; // a digit has
const MOST_RUNS = 120; // what nobody writes is one picture
const WIDEST_PEN = 0.12; // of a digit's longer side: its holes stay open
const MOST_POINTS = 64; // of a stroke: enough to measure

// logarithms of probabilities
const REJECTED = -4;
const DOT = -2;
const TOUCHING_APART = -2; // that what touches is two digits
const NESTED_APART = -3; // that what stands above the other is two digits
const GAP_TOGETHER = -4; // that what is a height apart is one digit

const width = ({ left, right }) => right - left;
const height = ({ top, bottom }) => bottom - top;
const extent = box => Math.max(width(box), height(box));
const overlap = (one, other) => Math.min(one.right, other.right) - Math.max(one.left, other.left);

/** The lines in the middle of the ink. */
function boxOf(strokes) {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { points } of strokes)
    for (const { x, y } of points) {
      box.left = Math.min(box.left, x);
      box.top = Math.min(box.top, y);
      box.right = Math.max(box.right, x);
      box.bottom = Math.max(box.bottom, y);
    }
  return box;
}

function toLine({ x, y }, from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const share = Math.min(Math.max(((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy || 1), 0), 1);
  return Math.hypot(x - from.x - share * dx, y - from.y - share * dy);
}

const toStroke = (point, points) => points.reduce((least, to, i) => Math.min(least, toLine(point, points[Math.max(i - 1, 0)], to)), Infinity);

/** From the line of one stroke to that of the other. */
function distance(one, other) {
  const [a, b] = [one, other].map(({ points }) => points.filter((_, i) => i % Math.ceil(points.length / MOST_POINTS) === 0 || i === points.length - 1));
  return Math.min(...a.map(point => toStroke(point, b)), ...b.map(point => toStroke(point, a)));
}

/** What erasers have left of strokes, each piece a stroke of its own. @param {Stroke[]} strokes @returns {Stroke[]} */
function withoutErased(strokes) {
  return strokes.reduce((left, eraser) => (eraser.erases ? left.flatMap(stroke => erase(stroke, eraser)) : [...left, eraser]), []);
}

function erase(stroke, eraser) {
  const pieces = [[]];
  stroke.points.forEach((point, i) => {
    const from = stroke.points[Math.max(i - 1, 0)];
    const steps = Math.ceil(Math.hypot(point.x - from.x, point.y - from.y) / (eraser.width / 4)) || 1;
    for (let step = 1; step <= steps; step++) {
      const at = { ...point, x: from.x + ((point.x - from.x) * step) / steps, y: from.y + ((point.y - from.y) * step) / steps };
      if (toStroke(at, eraser.points) > eraser.width / 2) pieces.at(-1).push(at);
      else if (pieces.at(-1).length > 0) pieces.push([]);
    }
  });
  return pieces.filter(points => points.length > 0).map(points => ({ ...stroke, points }));
}

/** One after another as they were drawn; what crosses a stroke is of its piece, even where it was drawn later. */
function piecesOf(strokes, tall) {
  const pieces = [];
  for (const stroke of strokes) {
    const box = boxOf([stroke]);
    const isCrossed = piece => overlap(piece.box, box) >= 0.5 * Math.min(width(piece.box), width(box))
      && piece.strokes.some(other => distance(other, stroke) < CROSSING * tall);
    const at = pieces.map(isCrossed).lastIndexOf(true);
    const piece = at < 0 ? [stroke] : [...pieces[at].strokes, stroke];
    pieces.splice(at < 0 ? pieces.length : at, 1, { strokes: piece, box: boxOf(piece) });
  }
  return pieces;
}

/** How a piece stands to the one before it. */
function link({ strokes, box }, before, tall) {
  const least = Math.max(Math.min(width(box), width(before.box)), 0.1 * tall);
  return {
    gap: Math.max(0, -overlap(box, before.box), box.top - before.box.bottom, before.box.top - box.bottom) / tall,
    nested: Math.min(Math.max(overlap(box, before.box) / least, 0), 1),
    touches: strokes.some(one => before.strokes.some(other => distance(one, other) < TOUCHING * tall)),
  };
}

/** Rows from above, each from the left. */
function intoRows(signs) {
  const rows = [];
  for (const sign of signs.sort((one, other) => one.box.left + one.box.right - other.box.left - other.box.right)) {
    const isBeside = ({ box: { top, bottom } }) =>
      Math.min(bottom, sign.box.bottom) - Math.max(top, sign.box.top) >= 0.4 * Math.min(bottom - top, sign.box.bottom - sign.box.top);
    const row = rows.find(row => row.some(isBeside));
    if (row) row.push(sign);
    else rows.push([sign]);
  }
  return rows.sort(([one], [other]) => one.box.top - other.box.top);
}

/**
 * Finds which strokes are which digit of a number, however wide the pen: by the lines in the middle of the ink, by what was drawn one after another, and by
 * what the network reads in each run of strokes that may be a digit.
 * @param {Stroke[]} strokes
 * @returns {{runs: Stroke[][], read: (readings: import('../reading/predict.js').RowDigit[]) => import('../reading/predict.js').Row | null} | null}
 *   null where all is one digit. `runs`: what to read one by one, with a pen that leaves room in small digits; `read` is given what each says, and answers
 *   null where that is one digit
 */
export function splitNumber(strokes) {
  const left = withoutErased(strokes);
  const tall = Math.max(...left.map(stroke => height(boxOf([stroke]))), 0.01);
  const pieces = piecesOf(left, tall);
  const links = pieces.slice(1).map((piece, i) => link(piece, pieces[i], tall));
  /** @type {Run[]} */
  const runs = pieces.flatMap((_, from) => pieces.slice(from, from + MOST_PIECES).map((_, i) => {
    const all = pieces.slice(from, from + i + 1).flatMap(({ strokes }) => strokes);
    return { from, to: from + i + 1, strokes: all, box: boxOf(all) };
  })).filter(({ from, to, box }) =>
    to === from + 1 || (width(box) <= WIDEST * tall && links.slice(from, to - 1).every(({ gap }) => gap <= FARTHEST)));
  if (pieces.length < 2 || runs.length > MOST_RUNS) return null;

  const isDot = ({ box }) => extent(box) < LARGEST_DOT * tall;

  /** How probable it is that a run is one digit and ends there. */
  function score(run, { isDigit, confidence }) {
    const gaps = links.slice(run.from, run.to - 1).reduce((sum, { gap }) => sum + gap, 0);
    const { touches, nested } = links[run.from - 1] ?? { touches: false, nested: 0 };
    const read = isDigit ? Math.log(confidence) : REJECTED;
    return (isDot(run) ? DOT : read) + GAP_TOGETHER * gaps + (touches ? TOUCHING_APART : 0) + NESTED_APART * nested;
  }

  /** The most probable way to cut all pieces into runs. */
  function cut(readings) {
    const best = [{ score: 0, signs: [] }]; // of so many pieces
    for (let to = 1; to <= pieces.length; to++)
      runs.forEach((run, i) => {
        if (run.to !== to) return;
        const total = best[run.from].score + score(run, readings[i]);
        if (total > (best[to]?.score ?? -Infinity)) best[to] = { score: total, signs: [...best[run.from].signs, { ...run, part: i, reading: readings[i] }] };
      });
    return best.at(-1).signs;
  }

  function nameOf({ box, reading, ...run }) {
    if (isDot({ box, ...run })) return '.';
    if (reading.isDigit) return `${reading.digit}`;
    return height(box) < 0.25 * width(box) ? '-' : '?';
  }

  return {
    runs: runs.map(({ strokes, box }) => strokes.map(stroke => ({ ...stroke, width: Math.min(stroke.width, WIDEST_PEN * Math.max(extent(box), 0.1)) }))),

    read(readings) {
      const rows = intoRows(cut(readings));
      const digits = rows.flat().filter(sign => !'.-'.includes(nameOf(sign)));
      if (digits.length < 2 || !digits.some(({ reading }) => reading.isDigit)) return null;
      return {
        written: rows.map(row => row.map(nameOf).join('')).join('\n'),
        digits: digits.map(({ part, strokes, box, reading }) => {
          const pen = Math.max(...strokes.map(stroke => stroke.width));
          return { ...reading, part, box: { x: box.left - pen / 2, y: box.top - pen / 2, width: width(box) + pen, height: height(box) + pen } };
        }),
        width: 1,
        height: 1,
      };
    },
  };
}
