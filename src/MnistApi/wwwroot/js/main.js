import { createAnswer } from './answer.js';
import { createBars } from './bars.js';
import { createKey } from './key.js';
import { createPad } from './pad.js';
import { predict } from './predict.js';

const [canvas, undo, clear, retry, panel, digit, words, detail, seen, bars, keyForm] =
  ['pad', 'undo', 'clear', 'retry', 'answer', 'digit', 'words', 'detail', 'seen', 'bars', 'key'].map(id => document.getElementById(id));

const pad = createPad(canvas, ask);
const answer = createAnswer(panel, { digit, words, detail, seen }, createBars(bars));
const key = createKey(keyForm, ask);
let latest = 0; // sequence number of the newest drawing: answers about older ones are dropped

async function ask() {
  const drawing = ++latest;
  undo.ariaDisabled = clear.ariaDisabled = String(pad.isEmpty());
  if (pad.isEmpty()) return answer.invite();

  answer.wait();
  const reply = await predict(await pad.toPng(), key.headers());
  if (drawing !== latest) return;

  answer.show(reply);
  if (reply.status === 401) key.ask();
}

undo.addEventListener('click', pad.undo);
clear.addEventListener('click', pad.clear);
retry.addEventListener('click', ask);
addEventListener('keydown', event => {
  if (keyForm.contains(event.target)) return;
  if (event.key === 'Escape' || event.key === 'Delete') pad.clear();
  else if (event.key === 'z' && (event.ctrlKey || event.metaKey)) pad.undo();
});
