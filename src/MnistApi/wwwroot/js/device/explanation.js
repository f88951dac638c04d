import { classify } from './network.js';
import { frame, inkBox } from './framing.js';

const SIDE = 28;
const PATCH_SIDE = 4; // about as wide as a stroke
const STEP = PATCH_SIDE / 2;
const LEAST = 1e-30; // of a probability, for its logarithm
const BETWEEN = 64; // grey
const [NEUTRAL, FOR, AGAINST] = [[150, 150, 150], [255, 140, 0], [40, 150, 255]]; // as Explainer of the service
const PATCHES_AT_ONCE = 8; // then others' turn

async function toUrl(width, height, colourAt) {
  const image = new ImageData(width, height);
  for (let at = 0; at < width * height; at++) image.data.set([...colourAt(at), 255], 4 * at);
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d').putImageData(image, 0, 0);
  return new FileReaderSync().readAsDataURL(await canvas.convertToBlob());
}

const grey = level => [level, level, level];

/** The pixels of each patch that has ink. */
function patchesOf(pixels) {
  const starts = Array.from({ length: SIDE / STEP + 1 }, (_, i) => i * STEP - STEP);
  const inside = start => Array.from({ length: PATCH_SIDE }, (_, i) => start + i).filter(at => at >= 0 && at < SIDE);
  return starts.flatMap(top => starts.map(left => inside(top).flatMap(y => inside(left).map(x => y * SIDE + x))))
    .filter(patch => patch.some(at => pixels[at] > 0));
}

function logOdds(probabilities, digit) {
  const others = probabilities.reduce((sum, probability, other) => (other === digit ? sum : sum + probability), 0);
  return Math.log(Math.max(probabilities[digit], LEAST) / Math.max(others, LEAST));
}

/** What speaks for digits and against them, as Saliency of MnistReader: 784 numbers each; null where it was ended. */
async function saliency(model, pixels, probabilities, digits, goesOn) {
  const maps = digits.map(() => new Float64Array(pixels.length));
  for (const [i, patch] of patchesOf(pixels).entries()) {
    if (i % PATCHES_AT_ONCE === 0 && !(await goesOn())) return null;
    const without = pixels.slice();
    patch.forEach(at => (without[at] = 0));
    const { reading } = classify(model, without);
    digits.forEach((digit, which) => {
      const evidence = logOdds(probabilities, digit) - logOdds(reading.probabilities, digit);
      patch.forEach(at => (maps[which][at] += evidence / (PATCH_SIDE / STEP) ** 2));
    });
  }
  return maps;
}

/** The maps of a convolution, in rows. */
async function layer({ dims: [, channels, height, width], data }, index) {
  const columns = Math.ceil(Math.sqrt(channels));
  const rows = Math.ceil(channels / columns);
  const strongest = data.reduce((most, value) => Math.max(most, value), 0);
  const across = columns * (width + 1) - 1;
  const image = await toUrl(across, rows * (height + 1) - 1, at => {
    const [x, y] = [at % across, Math.floor(at / across)];
    const channel = Math.floor(y / (height + 1)) * columns + Math.floor(x / (width + 1));
    const [column, row] = [x % (width + 1), y % (height + 1)];
    if (channel >= channels || column === width || row === height) return grey(BETWEEN);
    return grey(strongest > 0 ? (255 * Math.max(0, data[(channel * height + row) * width + column])) / strongest : 0);
  });
  return { name: `conv${index + 1}`, channels, width, height, image };
}

/**
 * How a reading comes about, as `/predict?explain=true` says it.
 * @param {import('./onnx.js').Model} model
 * @param {import('./segmentation.js').Sheet} sheet without specks
 * @param {() => Promise<boolean>} goesOn asked now and then: it takes a hundred runs of the network
 * @returns {Promise<{isDigit: boolean, explanation: import('../reading/predict.js').Explanation} | null>} null where it was ended, or the sheet is blank
 */
export async function explain(model, sheet, goesOn) {
  const pixels = frame(sheet);
  if (!pixels) return null;

  const { reading, values } = classify(model, pixels);
  const { probabilities, digit, isDigit } = reading;
  const others = probabilities.map((probability, other) => (other === digit ? -1 : probability));
  const runnerUp = others.indexOf(Math.max(...others));
  const maps = await saliency(model, pixels, probabilities, [digit, runnerUp], goesOn);
  if (!maps) return null;

  const full = maps.reduce((most, map) => map.reduce((a, b) => Math.max(a, Math.abs(b)), most), 1); // nothing shines where nothing matters
  const colour = map => toUrl(SIDE, SIDE, at => {
    const [strength, towards] = [Math.abs(map[at]) / full, map[at] > 0 ? FOR : AGAINST];
    return NEUTRAL.map((neutral, part) => (pixels[at] / 255) * (neutral + (towards[part] - neutral) * strength));
  });
  const box = inkBox(sheet);
  const inkAt = (x, y) => grey(sheet.ink[y * sheet.side + x]);
  const convolutions = model.nodes.filter(({ type }) => type === 'Conv').map(({ outputs: [name] }) =>
    values[model.nodes.find(({ type, inputs }) => type === 'Relu' && inputs.includes(name))?.outputs[0] ?? name]);
  return {
    isDigit,
    explanation: {
      steps: [
        { name: 'ink', image: await toUrl(sheet.side, sheet.side, at => grey(sheet.ink[at])) },
        { name: 'crop', image: await toUrl(box.width, box.height, at => inkAt(box.left + (at % box.width), box.top + Math.floor(at / box.width))) },
        { name: 'input', image: await toUrl(SIDE, SIDE, at => grey(pixels[at])) },
      ],
      saliency: { digit, image: await colour(maps[0]) },
      runnerUp: { digit: runnerUp, image: await colour(maps[1]) },
      layers: await Promise.all(convolutions.map(layer)),
    },
  };
}
