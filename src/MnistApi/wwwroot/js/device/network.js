/**
 * @typedef {import('./onnx.js').Tensor} Tensor maps are (1, channels, height, width)
 * @typedef {{isDigit: boolean, digit: number, candidates: number[], confidence: number, probabilities: number[], model: string}} Reading as of `/predict`
 */

const zeros = dims => ({ dims, data: new Float64Array(dims.reduce((product, size) => product * size, 1)) });

const each = ({ dims, data }, change) => ({ dims, data: data.map(change) });

/** Puts zeros around each map. */
function pad(tensor, [top, left, bottom, right]) {
  if (top + left + bottom + right === 0) return tensor;
  const [, channels, height, width] = tensor.dims;
  const padded = zeros([1, channels, top + height + bottom, left + width + right]);
  for (let row = 0; row < channels * height; row++) {
    const place = (Math.floor(row / height) * padded.dims[2] + top + (row % height)) * padded.dims[3] + left;
    padded.data.set(tensor.data.subarray(row * width, (row + 1) * width), place);
  }
  return padded;
}

/** @param {Tensor} input @param {Tensor} weight (filters, channels, height, width) @param {Tensor} bias (filters) */
function convolve(input, weight, bias, { pads = [0, 0, 0, 0], strides = [1, 1], dilations = [1, 1] }) {
  const { data, dims: [, , height, width] } = pad(input, pads);
  const [filters, channels, kernelHeight, kernelWidth] = weight.dims;
  const [rows, columns] = [[height, kernelHeight], [width, kernelWidth]].map(([side, kernel], i) =>
    Math.floor((side - dilations[i] * (kernel - 1) - 1) / strides[i]) + 1);
  const output = zeros([1, filters, rows, columns]);
  const places = rows * columns;
  const taps = channels * kernelHeight * kernelWidth;
  const start = Int32Array.from({ length: places }, (_, at) => Math.floor(at / columns) * strides[0] * width + (at % columns) * strides[1]);
  const offset = Int32Array.from({ length: taps }, (_, tap) => {
    const [channel, row, column] = [Math.floor(tap / kernelWidth / kernelHeight), Math.floor(tap / kernelWidth) % kernelHeight, tap % kernelWidth];
    return (channel * height + row * dilations[0]) * width + column * dilations[1];
  });

  const last = places - 1; // is computed as often as it takes to fill four
  for (let filter = 0; filter < filters; filter++)
    for (let at = 0; at < places; at += 4) { // four sums at once, where one would wait for itself
      const [b, c, d] = [Math.min(at + 1, last), Math.min(at + 2, last), Math.min(at + 3, last)];
      const [startA, startB, startC, startD] = [start[at], start[b], start[c], start[d]];
      let sumA = bias.data[filter];
      let [sumB, sumC, sumD] = [sumA, sumA, sumA];
      for (let tap = 0, of = filter * taps; tap < taps; tap++) {
        const factor = weight.data[of + tap];
        const from = offset[tap];
        sumA += factor * data[startA + from];
        sumB += factor * data[startB + from];
        sumC += factor * data[startC + from];
        sumD += factor * data[startD + from];
      }
      const to = filter * places;
      output.data[to + at] = sumA;
      output.data[to + b] = sumB;
      output.data[to + c] = sumC;
      output.data[to + d] = sumD;
    }
  return output;
}

function maxPool({ dims: [, channels, height, width], data }, kernel, strides) {
  const [rows, columns] = [height, width].map((side, i) => Math.floor((side - kernel[i]) / strides[i]) + 1);
  const output = zeros([1, channels, rows, columns]);
  for (let i = 0; i < output.data.length; i++) {
    const [channel, row, column] = [Math.floor(i / columns / rows), Math.floor(i / columns) % rows, i % columns];
    let most = -Infinity;
    for (let y = 0; y < kernel[0]; y++)
      for (let x = 0; x < kernel[1]; x++)
        most = Math.max(most, data[(channel * height + row * strides[0] + y) * width + column * strides[1] + x]);
    output.data[i] = most;
  }
  return output;
}

/** @param {Tensor} input (1, features) @param {Tensor} weight (outputs, features) @param {Tensor} bias (outputs) */
const linear = ({ data }, weight, bias) =>
  each({ ...bias, dims: [1, ...bias.dims] }, (sum, output) => data.reduce((total, value, i) => total + value * weight.data[output * data.length + i], sum));

function softmax({ dims, data }) {
  const most = Math.max(...data);
  const powers = data.map(value => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b);
  return { dims, data: powers.map(power => power / sum) };
}

/** @type {Record<string, (inputs: Tensor[], attributes: Record<string, number[]>) => Tensor>} */
const LAYERS = {
  Conv: ([input, weight, bias], attributes) => convolve(input, weight, bias, attributes),
  Relu: ([input]) => each(input, value => Math.max(0, value)),
  MaxPool: ([input], attributes) => maxPool(input, attributes.kernel_shape, attributes.strides),
  GlobalMaxPool: ([input]) => maxPool(input, input.dims.slice(2), [1, 1]),
  Flatten: ([{ data }]) => ({ dims: [1, data.length], data }),
  Gemm: ([input, weight, bias]) => linear(input, weight, bias),
  ReduceMax: ([{ data }]) => ({ dims: [1, 1], data: Float64Array.of(Math.max(...data)) }),
  Sigmoid: ([input]) => each(input, value => 1 / (1 + Math.exp(-value))),
  Softmax: ([input]) => softmax(input),
};

/**
 * Runs a network on one image.
 * @param {import('./onnx.js').Model} model
 * @param {Tensor} pixels (1, 1, 28, 28), 0 = paper, 1 = full ink
 * @returns {Record<string, Tensor>} what each node gives, by the name of its output
 */
function run({ nodes, weights }, pixels) {
  const values = { ...weights, pixels };
  for (const { type, inputs, outputs, attributes } of nodes) values[outputs[0]] = LAYERS[type](inputs.map(name => values[name]), attributes);
  return values;
}

/**
 * Classifies a framed digit, and decides as the service does, by the thresholds of the model's card.
 * @param {import('./onnx.js').Model} model
 * @param {Uint8Array} pixels 784 bytes of ink
 * @returns {{reading: Reading, values: ReturnType<typeof run>, last: Float64Array}} `last`: what the last layer is given
 */
export function classify(model, pixels) {
  const values = run(model, { dims: [1, 1, 28, 28], data: Float64Array.from(pixels, level => level / 255) });
  const isDigit = (values.digit?.data[0] ?? 1) >= (model.card.rejectionThreshold ?? 0);
  const last = values[model.nodes.filter(({ type }) => type === 'Gemm').at(-1).inputs[0]].data;
  return { reading: decide(model, [...values.probabilities.data], isDigit), values, last };
}

/**
 * @param {import('./onnx.js').Model} model
 * @param {number[]} probabilities
 * @param {boolean} isDigit
 * @returns {Reading}
 */
export function decide({ card: { version, candidateThreshold } }, probabilities, isDigit) {
  const confidence = Math.max(...probabilities);
  const digit = probabilities.indexOf(confidence);
  const others = probabilities.map((_, other) => other).filter(other => other !== digit && probabilities[other] >= (candidateThreshold ?? 1))
    .sort((one, other) => probabilities[other] - probabilities[one]);
  return { isDigit, digit, candidates: isDigit ? [digit, ...others] : [], confidence, probabilities, model: version };
}
