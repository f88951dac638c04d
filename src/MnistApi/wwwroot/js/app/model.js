import { createCurve } from './curve.js';
import { createKey } from './key.js';
import { forever } from './storage.js';

const state = document.getElementById('state');
const main = document.querySelector('main');
const curve = document.getElementById('curve');
const number = new Intl.NumberFormat('en');

const dress = () => (document.documentElement.dataset.theme = forever.get('theme') ?? ''); // as on the page
addEventListener('storage', dress);
dress();

try {
  state.textContent = state.dataset.loading;
  const response = await fetch('model', { headers: createKey(document.createElement('form'), () => {}).headers() });
  const answer = await response.json();
  if (response.ok) {
    show(answer);
    state.textContent = '';
    main.hidden = false;
  } else {
    state.textContent = response.status === 401 ? state.dataset.locked : answer.detail;
  }
} catch {
  state.textContent = state.dataset.unreachable;
}

/** @param {{version: string, sha256: string, loadedAt: string, card: object}} model what `GET /model` answers */
function show({ version, sha256, loadedAt, card }) {
  const counts = card.confusionMatrix ?? []; // none where training left the test images alone
  const images = counts.flat().reduce((sum, count) => sum + count, 0);
  const drawn = card.heldBack?.find(({ of }) => of === 'all strokes');
  const held = epochs => epochs?.some(epoch => epoch.validation !== undefined);

  fill({
    version, sha256,
    accuracy: percent(card.testAccuracy),
    images: number.format(images),
    errors: number.format(images - counts.reduce((sum, row, digit) => sum + row[digit], 0)),
    margin: (196 * Math.sqrt(card.testAccuracy * (1 - card.testAccuracy) / images)).toFixed(2), // 1.96 standard errors: 95 % of the time
    calibrationError: percent(card.calibrationError),
    strokesHeldBack: drawn && percent(drawn.right),
    strokesCount: drawn && number.format(drawn.digits),
    parameters: number.format(card.parameters),
    multiplyAdds: number.format(card.multiplyAdds),
    created: date(card.created),
    loadedAt: date(loadedAt),
    network: card.network,
    temperature: card.temperature.toFixed(2),
    rejectionThreshold: card.rejectionThreshold === null ? '' : percent(card.rejectionThreshold),
    candidateThreshold: card.candidateThreshold === null ? '' : percent(card.candidateThreshold),
  });
  keep({
    strokesHeldBack: drawn,
    heldBack: card.heldBack,
    tested: card.confusionMatrix,
    unmeasured: !held(card.history),
    calibrationHistory: held(card.calibrationHistory),
    strokes: card.training.strokes,
    rejects: card.rejectionThreshold !== null,
    candidates: card.candidateThreshold !== null,
  });

  showMatrix(document.getElementById('matrix'), counts);
  for (const name of ['history', 'calibrationHistory'])
    if (card[name]) document.getElementById(name).append(createCurve(curve, card[name], percent));
  rows(document.getElementById('unseen'), (card.heldBack ?? []).map(row => [row.of, number.format(row.digits), percent(row.right), percent(row.accepted),
    percent(row.covered), row.candidates.toFixed(2), row.signs ? number.format(row.signs) : '', row.rejected === null ? '' : percent(row.rejected)]));
  rows(document.getElementById('training'), flatten(card.training));
  rows(document.getElementById('files'), Object.entries(card.dataSha256));
  document.getElementById('credits').append(...card.dataCredits.map(credit => element('li', credit)));
}

/** @param {Record<string, string>} texts by the `data-of` of the elements that they belong in */
function fill(texts) {
  for (const place of document.querySelectorAll('[data-of]')) place.textContent = texts[place.dataset.of] ?? '';
}

/** @param {Record<string, unknown>} facts keeps `data-if` of what is so, and `data-unless` of what isn't */
function keep(facts) {
  for (const part of document.querySelectorAll('[data-if], [data-unless]'))
    part.hidden = 'if' in part.dataset ? !facts[part.dataset.if] : Boolean(facts[part.dataset.unless]);
}

/**
 * @param {HTMLTableElement} table
 * @param {number[][]} counts row: written digit, column: read digit
 */
function showMatrix(table, counts) {
  const mostErrors = Math.max(1, ...counts.flatMap((row, written) => row.filter((_, read) => read !== written)));
  const heads = table.tHead.rows[1];
  heads.append(...counts.map((_, digit) => head(digit, 'col')), head('Right', 'col'));
  table.tBodies[0].append(...counts.map((row, written) => {
    const all = row.reduce((sum, count) => sum + count, 0);
    const line = element('tr');
    line.append(head(written, 'row'), ...row.map((count, read) => {
      const cell = element('td', number.format(count));
      cell.className = kindOf(read === written, count);
      cell.style.setProperty('--heat', read === written ? 1 : Math.sqrt(count / mostErrors)); // of errors, so that a single one still shows
      return cell;
    }), element('td', percent(all ? row[written] / all : 0)));
    return line;
  }));
}

/** @param {boolean} isRight @param {number} count @returns {string} the class of a cell */
function kindOf(isRight, count) {
  if (isRight) return 'right';
  return count > 0 ? 'wrong' : 'none';
}

/** @param {HTMLTableElement} table @param {unknown[][]} lines the first of each is its name */
function rows(table, lines) {
  table.tBodies[0].append(...lines.map(([name, ...values]) => {
    const line = element('tr');
    line.append(head(name, 'row'), ...values.map(value => element('td', String(value))));
    return line;
  }));
}

/** `{a: {b: 1}}` → `[['a.b', 1]]` */
function flatten(settings, prefix = '') {
  return Object.entries(settings).flatMap(([name, value]) =>
    value && typeof value === 'object' ? flatten(value, `${prefix}${name}.`) : [[prefix + name, value ?? '–']]);
}

function head(text, scope) {
  const cell = element('th', String(text));
  cell.scope = scope;
  return cell;
}

function element(name, text = '') {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function percent(share) {
  return `${(100 * share).toFixed(2)} %`;
}

function date(text) {
  return new Date(text).toLocaleString('en', { dateStyle: 'long', timeStyle: 'short' });
}
