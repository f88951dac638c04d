// Replays writers against the page's own reader, with what it learns of their corrections (js/device/hand.js), and without: errors of digits that are taken for
// another or for none, over all that is drawn after the third correction, and over all; and how many letters and signs of their site are taken for digits.
// Usage: trainer strokes data/pendigits data/unipen --split-seed 3 --framed out/held-back.tsv
//        node bench/hand.mjs runs/held-back/*/model.onnx out/held-back.tsv       a training with that --split-seed, which has seen none of these writers
//        CHOOSE=1 node bench/hand.mjs …                                          how the constants were chosen, on other writers than those of the figures
import { readFileSync } from 'node:fs';
import { lean, toFeatures } from '../src/MnistApi/wwwroot/js/device/hand.js';
import { classify } from '../src/MnistApi/wwwroot/js/device/network.js';
import { readModel } from '../src/MnistApi/wwwroot/js/device/onnx.js';

const ORDERS = 20; // of each writer's digits, drawn at random
const CORRECTIONS = 3;
const SIGNS = 500; // of a site
const [modelFile, digitsFile] = process.argv.slice(2);
const model = readModel(new Uint8Array(readFileSync(modelFile)));

const writers = new Map(); // what each wrote
const signs = new Map(); // letters and others of each site
for (const line of readFileSync(digitsFile, 'utf8').trim().split('\n')) {
  const [site, name, sign, pixels] = line.split('\t');
  const isSign = !/^\d$/.test(sign);
  const [all, key] = isSign ? [signs, site] : [writers, `${site} ${name}`];
  if (isSign && (signs.get(site)?.length ?? 0) >= SIGNS) continue;

  const { reading, last } = classify(model, Uint8Array.from(Buffer.from(pixels, 'base64')));
  if (!all.has(key)) all.set(key, []);
  all.get(key).push({ ...reading, label: Number(sign), features: toFeatures(last) });
}

/** xorshift: the same orders on every machine */
function randomOf(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function shuffled(samples, random) {
  const order = [...samples];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** Mean errors of an order: of all digits, of those after the third correction, and of signs in the end, each without what was learned and with it. */
function replay(samples, others, constants) {
  const random = randomOf(1);
  const errors = { n: samples.length, without: 0, with: 0, after: 0, afterWithout: 0, afterWith: 0, signs: others.length, taken: 0, takenWith: 0 };
  for (let order = 0; order < ORDERS; order++) {
    const hand = [];
    for (const { isDigit, label, probabilities, features } of shuffled(samples, random)) {
      const read = of => of.indexOf(Math.max(...of));
      const without = Number(!isDigit || read(probabilities) !== label);
      const leaned = hand.length > 0 ? lean({ probabilities, isDigit }, features, hand, constants) : { probabilities, isDigit };
      const wrong = Number(!leaned.isDigit || read(leaned.probabilities) !== label);
      errors.without += without / ORDERS;
      errors.with += wrong / ORDERS;
      if (hand.length === CORRECTIONS) {
        errors.after += 1 / ORDERS;
        errors.afterWithout += without / ORDERS;
        errors.afterWith += wrong / ORDERS;
      } else if (wrong) hand.push({ digit: label, features });
    }
    for (const { isDigit, probabilities, features } of order === 0 ? others : []) {
      errors.taken += Number(isDigit);
      errors.takenWith += Number(hand.length > 0 ? lean({ probabilities, isDigit }, features, hand, constants).isDigit : isDigit);
    }
  }
  return errors;
}

const replayAll = constants =>
  [...writers].map(([name, samples]) => ({ name, ...replay(samples, signs.get(name.split(' ')[0]) ?? [], constants) }));
const sum = (all, key) => all.reduce((total, errors) => total + errors[key], 0);
const say = (name, all) => console.log(`${name}: ${sum(all, 'n')} digits of ${all.length} writers, errors ${sum(all, 'without').toFixed(1)} without, ` +
  `${sum(all, 'with').toFixed(1)} with; of ${sum(all, 'after').toFixed(0)} after ${CORRECTIONS} corrections ${sum(all, 'afterWithout').toFixed(1)}, ` +
  `${sum(all, 'afterWith').toFixed(1)}; ${all.filter(errors => errors.with > errors.without + 0.5).length} writers worse by more than half an error; ` +
  `signs taken for digits ${(100 * sum(all, 'taken') / sum(all, 'signs')).toFixed(2)} %, ${(100 * sum(all, 'takenWith') / sum(all, 'signs')).toFixed(2)} %`);

if (process.env.CHOOSE) {
  for (const farthest of [0.5, 0.6, 0.7, 0.8])
    for (const weight of [4, 6, 8])
      for (const alike of [0.2, 0.3, 0.4, 0.5, 0.6, 1])
        say(`farthest ${farthest}, weight ${weight}, alike ${alike}`, replayAll({ farthest, weight, alike }));
} else {
  const results = replayAll();
  for (const group of new Set(results.map(({ name }) => name.split(' ')[0]).map(site => (/^\d/.test(site) ? 'UCI' : site))))
    say(group, results.filter(({ name }) => (/^\d/.test(name) ? 'UCI' : name.split(' ')[0]) === group));
  const hardest = results.toSorted((one, other) => other.without / other.n - one.without / one.n).slice(0, Math.ceil(results.length / 10));
  say('the hardest tenth of the writers', hardest);
  say('the others', results.filter(result => !hardest.includes(result)));
  for (const result of results.filter(result => result.with > result.without)) say(`worse: ${result.name}`, [result]);
}
