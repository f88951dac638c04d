import { createAnswer } from './answer.js';
import { createBars } from './bars.js';
import { createPad } from './pad.js';
import { predict } from './predict.js';

const [canvas, undo, clear, retry, panel, digit, words, detail, seen, bars] =
  ['pad', 'undo', 'clear', 'retry', 'answer', 'digit', 'words', 'detail', 'seen', 'bars'].map(id => document.getElementById(id));

const pad = createPad(canvas, ask);
const answer = createAnswer(panel, { digit, words, detail, seen }, createBars(bars));
let latest = 0; // sequence number of the newest drawing: answers about older ones are dropped

async function ask() {
  const drawing = ++latest;
  undo.ariaDisabled = clear.ariaDisabled = String(pad.isEmpty());
  if (pad.isEmpty()) return answer.invite();

  answer.wait();
  const reply = await predict(await pad.toPng());
  if (drawing === latest) answer.show(reply);
}

undo.addEventListener('click', pad.undo);
clear.addEventListener('click', pad.clear);
retry.addEventListener('click', ask);
addEventListener('keydown', event => {
  if (event.key === 'Escape' || event.key === 'Delete') pad.clear();
  else if (event.key === 'z' && (event.ctrlKey || event.metaKey)) pad.undo();
});
