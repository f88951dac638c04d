/**
 * @typedef {{dims: number[], data: Float64Array}} Tensor in row order; of doubles, which the JIT loads without a conversion
 * @typedef {{type: string, inputs: string[], outputs: string[], attributes: Record<string, number[]>}} Node
 * @typedef {{nodes: Node[], weights: Record<string, Tensor>, card: any}} Model
 */

// fields, numbered as in onnx-subset.proto
const MODEL = { graph: 7, metadata: 14 };
const GRAPH = { node: 1, initializer: 5 };
const NODE = { input: 1, output: 2, type: 4, attribute: 5 };
const ATTRIBUTE = { name: 1, int: 3, ints: 8 };
const TENSOR = { dims: 1, name: 8, raw: 9 };
const ENTRY = { key: 1, value: 2 };

const text = bytes => new TextDecoder().decode(bytes);

/** @param {Uint8Array} bytes */
function cursor(bytes) {
  let at = 0;
  const take = length => {
    if (at + length > bytes.length) throw new RangeError('The file ends too early.');
    return bytes.subarray(at, (at += length));
  };
  return {
    isAtEnd: () => at === bytes.length,
    take,

    /** No number of ours is below 0, or above 2^53. */
    varint() {
      for (let value = 0, scale = 1; ; scale *= 128) {
        const [byte] = take(1);
        value += (byte % 128) * scale;
        if (byte < 128) return value;
      }
    },
  };
}

/**
 * One message of protobuf.
 * @param {Uint8Array} bytes
 * @returns {(field: number) => (number | Uint8Array)[]} the values of a field; bytes for a message, a text, or packed numbers
 */
function message(bytes) {
  const fields = {};
  for (const { isAtEnd, varint, take } = cursor(bytes); !isAtEnd();) {
    const key = varint();
    const wires = { 0: varint, 1: () => take(8), 2: () => take(varint()), 5: () => take(4) };
    (fields[Math.floor(key / 8)] ??= []).push(wires[key % 8]());
  }
  return field => fields[field] ?? [];
}

/** Packed or not. */
function integers(values) {
  return values.flatMap(value => {
    if (typeof value === 'number') return value;
    const numbers = [];
    for (const { isAtEnd, varint } = cursor(value); !isAtEnd();) numbers.push(varint());
    return numbers;
  });
}

function toNode(bytes) {
  const node = message(bytes);
  const attributes = node(NODE.attribute).map(message).map(of => [text(of(ATTRIBUTE.name)[0]), integers([...of(ATTRIBUTE.int), ...of(ATTRIBUTE.ints)])]);
  return {
    type: text(node(NODE.type)[0]),
    inputs: node(NODE.input).map(text),
    outputs: node(NODE.output).map(text),
    attributes: Object.fromEntries(attributes),
  };
}

function toWeights(bytes) {
  const tensor = message(bytes);
  const { buffer } = tensor(TENSOR.raw)[0].slice(); // where floats may begin
  return [text(tensor(TENSOR.name)[0]), { dims: integers(tensor(TENSOR.dims)), data: Float64Array.from(new Float32Array(buffer)) }];
}

/**
 * Reads a model file of MnistTrainer, which uses a small part of ONNX.
 * @param {Uint8Array} bytes
 * @returns {Model} with the file's card
 * @throws {Error} where it is no such file, or is cut off
 */
export function readModel(bytes) {
  const model = message(bytes);
  const graph = message(model(MODEL.graph).at(-1));
  const metadata = new Map(model(MODEL.metadata).map(message).map(entry => [text(entry(ENTRY.key)[0]), entry(ENTRY.value)[0]])); // of two, the last
  return {
    nodes: graph(GRAPH.node).map(toNode),
    weights: Object.fromEntries(graph(GRAPH.initializer).map(toWeights)),
    card: JSON.parse(text(metadata.get('model_card'))),
  };
}
