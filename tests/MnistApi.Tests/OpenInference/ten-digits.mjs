// A client that knows nothing of this service but the proto: sends ten digits as bytes and as numbers, and prints what they were taken for.
// node ten-digits.mjs HOST:PORT FILE: 10 × 784 levels, 0 = paper, 255 = ink
import { readFileSync } from 'node:fs';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const [address, file] = process.argv.slice(2);
const { inference } = grpc.loadPackageDefinition(loader.loadSync('open_inference_grpc.proto'));
const client = new inference.GRPCInferenceService(address, grpc.credentials.createInsecure());
const infer = (request) => new Promise((done, failed) => {
  client.ModelInfer(request, (error, answer) => (error ? failed(error) : done(answer)));
});
const digits = (probabilities) => Array.from({ length: 10 }, (_, n) => probabilities.slice(10 * n, 10 * n + 10))
  .map((row) => row.indexOf(Math.max(...row))).join('');

const levels = readFileSync(file);
const tensor = { name: 'pixels', datatype: 'UINT8', shape: [10, 1, 28, 28] };
const raw = await infer({ modelName: 'mnist', inputs: [tensor], rawInputContents: [levels] });
console.log(digits(Array.from({ length: 100 }, (_, i) => raw.rawOutputContents[0].readFloatLE(4 * i))));
const numbers = await infer({ modelName: 'mnist', inputs: [{ ...tensor, contents: { uintContents: [...levels] } }] });
console.log(digits(numbers.outputs[0].contents.fp32Contents));
client.close();
