/**
 * @typedef {{ink: Uint8Array | Uint8ClampedArray, side: number}} Sheet a square in row order, 0 = paper, 255 = full ink
 * @typedef {{left: number, top: number, right: number, bottom: number, outline: number, strongest: number, pixels: number[]}} Piece of ink;
 *   right and bottom are exclusive; `outline`: sides of its pixels without ink beside them
 */

// all as in DigitSegmentation of MnistReader, which says why
const LARGEST_SPECK = 0.22;
export const FAINTEST_INK = 32;

const width = ({ left, right }) => right - left;
const height = ({ top, bottom }) => bottom - top;
const extent = piece => Math.max(width(piece), height(piece));
const area = ({ pixels }) => pixels.length;
const pen = piece => (2.5 * area(piece)) / piece.outline;
const gap = (one, other) => Math.max(0, Math.max(one.left, other.left) - Math.min(one.right, other.right),
  Math.max(one.top, other.top) - Math.min(one.bottom, other.bottom));
const touchesEdge = ({ left, top, right, bottom }, side) => left === 0 || top === 0 || right === side || bottom === side;
const mostOf = (pieces, value) => pieces.reduce((most, piece) => Math.max(most, value(piece)), 0);

const together = (one, other) => ({
  left: Math.min(one.left, other.left),
  top: Math.min(one.top, other.top),
  right: Math.max(one.right, other.right),
  bottom: Math.max(one.bottom, other.bottom),
  outline: one.outline + other.outline,
  strongest: Math.max(one.strongest, other.strongest),
  pixels: one.pixels.concat(other.pixels),
});

/** Connected ink, corners too. */
function piecesOf({ ink, side }) {
  const seen = new Uint8Array(ink.length);
  const isInk = (x, y) => x >= 0 && y >= 0 && x < side && y < side && ink[y * side + x] > 0;

  function pieceAt(start) {
    const piece = { left: side, top: side, right: 0, bottom: 0, outline: 0, strongest: 0, pixels: [start] };
    seen[start] = 1;
    for (const at of piece.pixels) { // it grows meanwhile
      const [x, y] = [at % side, Math.floor(at / side)];
      piece.left = Math.min(piece.left, x);
      piece.top = Math.min(piece.top, y);
      piece.right = Math.max(piece.right, x + 1);
      piece.bottom = Math.max(piece.bottom, y + 1);
      piece.strongest = Math.max(piece.strongest, ink[at]);
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          const next = at + dy * side + dx;
          if (!isInk(x + dx, y + dy)) piece.outline += Number(dx === 0 || dy === 0);
          else if (!seen[next]) {
            seen[next] = 1;
            piece.pixels.push(next);
          }
        }
    }
    return piece;
  }

  const pieces = [];
  ink.forEach((level, at) => {
    if (level > 0 && !seen[at]) pieces.push(pieceAt(at));
  });
  return pieces;
}

/** Most between the dots of a dotted line; 0 where nothing is dotted. */
function dotGap(pieces) {
  const round = pieces.filter(piece => extent(piece) < 3.5 * pen(piece)).sort((one, other) => extent(one) - extent(other));
  if (round.length < 4) return 0;

  const usual = extent(round[Math.floor(round.length / 2)]);
  const sum = all => all.reduce((total, piece) => total + area(piece), 0);
  return sum(round.filter(piece => extent(piece) > 0.6 * usual && extent(piece) < 1.7 * usual)) > 0.25 * sum(pieces) ? 4 * usual : 0;
}

/** What belongs together becomes one. */
function group(pieces) {
  const largest = pieces.reduce((most, piece) => (extent(piece) > extent(most) ? piece : most));
  const dots = dotGap(pieces);
  const parents = pieces.map((_, index) => index);
  const root = index => (parents[index] === index ? index : root(parents[index]));

  function belong(one, other) {
    const apart = gap(one, other);
    const smaller = extent(one) < extent(other) ? one : other;
    if (dots > 0 && apart <= dots && extent(smaller) > 0.15 * dots) return true;
    if (extent(smaller) < 0.25 * extent(largest)) return pen(smaller) >= 0.45 * pen(largest) && apart <= 1.5 * extent(smaller);
    const overlap = Math.min(one.right, other.right) - Math.max(one.left, other.left);
    return apart <= 0.5 * pen(largest)
      || (overlap > 0.4 * Math.min(width(one), width(other)) && apart < 0.3 * Math.max(height(one), height(other)));
  }

  pieces.forEach((one, i) => pieces.slice(i + 1).forEach((other, j) => {
    if (belong(one, other)) parents[root(i)] = root(i + 1 + j);
  }));
  return pieces.flatMap((_, index) => (root(index) === index ? [pieces.filter((_, member) => root(member) === index).reduce(together)] : []));
}

/** Tells writing from specks. */
function writingAmong(groups, side) {
  if (groups.length < 2) return () => true;

  const strongest = mostOf(groups, ({ strongest }) => strongest);
  const longest = mostOf(groups, extent);
  const samples = groups.filter(one => !touchesEdge(one, side) && one.strongest > Math.floor(strongest / 2) && extent(one) > 0.4 * longest);
  const sample = samples.length > 0 ? samples.reduce((most, one) => (area(one) > area(most) ? one : most)) : null;
  const isOfThePen = one => !sample || (pen(one) > 0.35 * pen(sample) && !(pen(one) > 2.2 * pen(sample) && touchesEdge(one, side)));
  const isStroke = one => one.strongest > 0.3 * strongest && isOfThePen(one);
  const largest = mostOf(groups.filter(isStroke), extent);
  return one => isStroke(one) && extent(one) >= LARGEST_SPECK * largest;
}

/**
 * Takes specks off a sheet as the service does.
 * @param {Sheet} sheet is changed
 */
export function removeSpecks({ ink, side }) {
  const pieces = piecesOf({ ink, side });
  if (pieces.length < 2) return;

  const groups = group(pieces);
  const isWriting = writingAmong(groups, side);
  for (const speck of groups.filter(one => !isWriting(one))) speck.pixels.forEach(at => (ink[at] = 0));
}
