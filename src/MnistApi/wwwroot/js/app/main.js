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
import { toPng, toSend } from '../drawing/picture.js';
import { explain, predict } from '../reading/predict.js';
import { createPlace } from '../reading/place.js';
import { createReader } from '../reading/reader.js';
import { createRow } from '../reading/row.js';
import { createSeen } from '../explaining/seen.js';
import { createSharing } from './sharing.js';
import { createTheme } from './theme.js';

const UNSEEN_BUSY = 2; // a server that is busy now and then isn't worth a word
const INSIGHT_PAUSE_MS = 200; // an explanation costs the server a hundred answers

/** @type {Record<string, any>} */
const page = Object.fromEntries([...document.querySelectorAll('[id]')].map(element => [element.id, element]));

const pad = createPad(page.pad, changed);
const language = createLanguage(document, page.language, retell);
const row = createRow(page.boxes, page.row, language);
const answer = createAnswer(page.answer, page, createBars(page.bars, language.percent), row, language);
const seen = createSeen(page, language);
const gallery = createGallery(page.history, page, language, pad.open, say);
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
  async () => {
    const drawing = pad.drawing();
    const sent = await toSend(drawing);
    return sent && { sent, drawing };
  },
  async ({ sent, drawing }, signal) => {
    const takeRow = () => (drawing.file ? sent.picture : toPng(drawing));
    const askService = signal => predict(sent.picture, takeRow, key.headers(), signal);
    const answer = await place.ask(!drawing.file, askService, device => device.predict(drawing, sent), signal);
    return { ...(await hand.adjust(answer, sent)), sent };
  },
  show,
);
const insight = createReader( // asked beside the answer, which doesn't wait for it
  async () => (page.inside.open ? toSend(pad.drawing()) : null),
  (sent, signal) => place.ask(Boolean(sent.ink), signal => explain(sent.picture, key.headers(), signal), device => device.explain(sent), signal, false),
  (reply, isLatest, failures) => (reply?.status === 429 && failures <= UNSEEN_BUSY) || seen.show(reply, isLatest),
  INSIGHT_PAUSE_MS,
);
createTheme(document.documentElement, page.theme, [...document.querySelectorAll('[name=theme-color]')], pad.repaint);
createKeyboardPen(page.pad, page.cursor, pad, isDown => say(isDown ? 'penDown' : 'penUp'));
const takePicture = createIntake(document, [page.file, page.camera], page.paper, pad.openPicture);
const sharing = createSharing(page.share, pad, takePicture, say);

/** @param {boolean} isOther */
function changed(isOther) {
  page.undo.ariaDisabled = String(!pad.canUndo());
  page.redo.ariaDisabled = String(!pad.canRedo());
  page.clear.ariaDisabled = String(pad.isEmpty());
  sharing.render();
  page.tip.hidden = !pad.isEmpty();
  if (!pad.isEmpty()) answer.wait();
  if (isOther) row.lift();
  reader.read(isOther, pad.isDown());
  seen.wait();
  insight.read(isOther, pad.isDown());
}

function show(reply, isLatest, failures) {
  if (reply?.status === 429 && failures <= UNSEEN_BUSY) return;

  answer.show(reply, pad.isDown(), isLatest);
  correction.offer(reply && 'digit' in reply && !reply.row ? reply : null, pad.drawing(), reply?.sent ?? null);
  if ((reply?.instead ?? reply)?.status === 401) key.ask();
  if (!reply || !('digit' in reply)) return;

  if (isLatest && !pad.isDown()) gallery.keep(pad.drawing(), reply);
}

function retell() {
  answer.render();
  correction.render();
  hand.render();
  gallery.render();
  seen.render();
}

/** @param {string} name of a text */
function say(name) {
  page.status.textContent = page.note.textContent = language.text(name);
  setTimeout(() => (page.note.textContent = ''), 3000);
}

page.undo.addEventListener('click', pad.undo);
page.redo.addEventListener('click', pad.redo);
page.clear.addEventListener('click', pad.clear);
page.eraser.addEventListener('click', () => (page.eraser.ariaPressed = String((pad.pen.erases = !pad.pen.erases))));
page.width.addEventListener('input', () => (pad.pen.width = Number(page.width.value)));
page.retry.addEventListener('click', () => changed(false));
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
language.ready.then(sharing.open);

navigator.serviceWorker?.register('sw.js').catch(() => {}); // without it the page is there while the server is
