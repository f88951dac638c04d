import { createAnswer } from '../reading/answer.js';
import { createBars } from '../reading/bars.js';
import { createCorrection } from '../reading/correction.js';
import { createHand } from '../reading/hand.js';
import { createGallery } from './gallery.js';
import { createIntake } from '../drawing/intake.js';
import { createKey } from './key.js';
import { createKeyboardPen } from '../drawing/keyboardPen.js';
import { createLanguage } from './language.js';
import { createPad } from '../drawing/pad.js';
import { partOf, toSend } from '../drawing/picture.js';
import { encodeStrokes } from '../drawing/link.js';
import { explain, predict } from '../reading/predict.js';
import { createPlace } from '../reading/place.js';
import { createReader } from '../reading/reader.js';
import { createRow } from '../reading/row.js';
import { createSeen } from '../explaining/seen.js';
import { createSharing } from './sharing.js';
import { createTheme } from './theme.js';
import { thisTab } from './storage.js';

const UNSEEN_BUSY = 2; // a server that is busy now and then isn't worth a word
const INSIGHT_PAUSE_MS = 200; // an explanation costs the server a hundred answers
const REJECTION_MS = 700; // another stroke may make it a digit
const HINT_MS = 3000;
const LONG_MS = 8000; // to read a sentence
const DRAWING = 'drawing'; // kept in this tab

/** @type {Record<string, any>} */
const page = Object.fromEntries([...document.querySelectorAll('[id]')].map(element => [element.id, element]));

const pad = createPad(page.pad, changed);
const language = createLanguage(document, page.language, retell);
const row = createRow(page.boxes, page.row, language, () => {
  page.inside.open = true;
  insight.read(true, false);
});
const answer = createAnswer(page.answer, page, createBars(page.bars, language), row, language);
const seen = createSeen(page, language);
const gallery = createGallery(page.history, page, language, pad, say);
const key = createKey(page.key, () => {
  place.retry();
  changed(true);
});
const place = createPlace(page.private, key.headers, () => changed(true));
const hand = createHand(page, place.device, language, () => {
  correction.render();
  changed(false);
});
const correction = createCorrection(page.correction, page, language, key, hand);
const reader = createReader(
  () => toSend(pad.drawing()),
  async (sent, signal) => {
    const hint = setTimeout(answer.hint, HINT_MS);
    const reply = await place.ask(Boolean(sent.ink), signal => predict(sent, key.headers(), signal), device => device.predict(sent), signal);
    clearTimeout(hint);
    return { ...(await hand.adjust(reply, sent)), sent };
  },
  show,
);
const insight = createReader( // about what was answered; of a number, about one digit
  async () => (page.inside.open && answered ? partOf(pad.drawing(), answered, row.chosen()) : null),
  (sent, signal) => place.ask(Boolean(sent.ink), signal => explain(sent.picture, key.headers(), signal), device => device.explain(sent), signal, false),
  (reply, isLatest, failures) => (reply?.status === 429 && failures <= UNSEEN_BUSY) || seen.show(reply, isLatest && isAnswered),
  INSIGHT_PAUSE_MS,
);
createTheme(document.documentElement, page.theme, [...document.querySelectorAll('[name=theme-color]')], pad.repaint);
createKeyboardPen(page.pad, page.cursor, pad, isDown => say(isDown ? 'penDown' : 'penUp'));
const takePicture = createIntake(document, [page.file, page.camera], page.paper, (file, bitmap, isRead) => {
  pad.openPicture(file, bitmap, isRead);
  if (bitmap) say('frameHint', LONG_MS);
}, key => say(key, LONG_MS));
const sharing = createSharing(page.share, pad, takePicture, say);

let verdict = 0;
let unsaid = 0;
/** @type {import('../reading/predict.js').Prediction | null} */
let answered = null;
let isAnswered = false; // what is on the paper now

/** @param {boolean} isOther */
function changed(isOther) {
  page.undo.ariaDisabled = String(!pad.canUndo());
  page.redo.ariaDisabled = String(!pad.canRedo());
  page.clear.ariaDisabled = String(pad.isEmpty());
  sharing.render();
  page.tip.hidden = !pad.isEmpty();
  page.eraser.hidden = Boolean(pad.drawing().bitmap); // there is nothing to erase on a picture
  page.rotate.hidden = !page.eraser.hidden;
  clearTimeout(verdict);
  if (pad.isEmpty()) choosePen(false);
  else answer.wait();
  if (!pad.isDown()) thisTab.set(DRAWING, encodeStrokes(pad.drawing().strokes) ?? '');
  if (isOther) row.lift();
  reader.read(isOther, pad.isDown());
  isAnswered = false;
  seen.wait();
  if (isOther) {
    answered = null;
    insight.read(true, false);
  }
}

function show(reply, isLatest, failures) {
  if (reply?.status === 429 && failures <= UNSEEN_BUSY) return;

  const isUnclear = reply?.isDigit === false || reply?.row?.digits.some(({ isDigit }) => !isDigit);
  if (isUnclear && !pad.isDown() && pad.restMs() < REJECTION_MS) {
    if (isLatest) verdict = setTimeout(() => show(reply, true, failures), REJECTION_MS - pad.restMs());
    if (!reply.row) answer.show(reply, true, false);
    return;
  }

  answered = reply && 'digit' in reply ? reply : null;
  isAnswered = isLatest;
  answer.show(reply, pad.isDown(), isLatest);
  insight.read(false, pad.isDown());
  correction.offer(reply && 'digit' in reply && !reply.row ? reply : null, pad.drawing(), reply?.sent ?? null);
  if ((reply?.instead ?? reply)?.status === 401 && !pad.isDown()) key.ask();
  if (!reply || !('digit' in reply)) return;

  if (isLatest && !pad.isDown()) gallery.keep(pad.drawing(), reply);
}

function retell() {
  sizePen();
  answer.render();
  correction.render();
  hand.render();
  gallery.render();
  seen.render();
}

/** @param {string} name of a text */
function say(name, ms = 3000) {
  page.status.textContent = page.note.textContent = language.text(name);
  clearTimeout(unsaid);
  unsaid = setTimeout(() => (page.note.textContent = ''), ms);
}

function choosePen(erases) {
  pad.pen.erases = erases && !pad.isEmpty();
  page.eraser.ariaPressed = String(pad.pen.erases);
}

function sizePen() {
  pad.pen.width = Number(page.width.value);
  page.penSize.textContent = page.width.ariaValueText = language.text('penSize', { n: Math.round(100 * pad.pen.width) });
}

page.undo.addEventListener('click', pad.undo);
page.rotate.addEventListener('click', pad.rotate);
page.redo.addEventListener('click', pad.redo);
page.clear.addEventListener('click', pad.clear);
page.eraser.addEventListener('click', () => choosePen(!pad.pen.erases));
page.width.addEventListener('input', sizePen);
page.retry.addEventListener('click', () => changed(false));
page.pad.addEventListener('pointerdown', () => (page.note.textContent = '')); // it may lie over what is drawn
page.inside.addEventListener('toggle', () => insight.read(true, false));
page.copyCommand.addEventListener('click', () =>
  navigator.clipboard.writeText(page.command.textContent).then(() => say('copied'), () => say('notCopied')));
page.copyCommand.hidden = !navigator.clipboard;
const address = location.origin.replace('http://', '') + location.pathname.replace(/\/[^/]*$/, '');
page.command.textContent = page.command.textContent.replace('localhost:8080', address);

addEventListener('keydown', event => {
  if (event.target.matches('input, select')) return;
  const name = event.key.toLowerCase();
  if (name === 'escape' || name === 'delete') pad.clear();
  else if (!event.ctrlKey && !event.metaKey) return;
  else if (name === 'y' || (name === 'z' && event.shiftKey)) pad.redo();
  else if (name === 'z') pad.undo();
});
for (const each of [place, reader, insight]) {
  addEventListener('online', each.retry);
  document.addEventListener('visibilitychange', () => document.hidden || each.retry());
}

addEventListener('hashchange', sharing.open); // a link that is opened where the page is open
language.ready.then(sharing.open).then(() => pad.isEmpty() && gallery.reopen(thisTab.get(DRAWING)));

navigator.serviceWorker?.register('sw.js').catch(() => {}); // without it the page is there while the server is
