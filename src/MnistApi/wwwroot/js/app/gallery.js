import { paintDrawing, toPng } from '../drawing/picture.js';
import { decodeStrokes, encodeStrokes } from '../drawing/link.js';
import { forever } from './storage.js';
import { zip } from './zip.js';

const STORED = 'drawings';
const MOST = 60; // some 60 kB; the browser keeps 5 MB

/**
 * The drawings with their answers, newest first. They stay on this device until they are forgotten, but for pictures, which are too large.
 * @param {HTMLElement} section hidden while there are none
 * @param {{list: HTMLElement, entry: HTMLTemplateElement, saveAll: HTMLButtonElement, forget: HTMLButtonElement}} parts
 * @param {ReturnType<import('./language.js').createLanguage>} language
 * @param {ReturnType<import('../drawing/pad.js').createPad>} pad
 * @param {(key: string) => void} say tells in a text what was done
 */
export function createGallery(section, { list, entry, saveAll, forget }, language, pad, say) {
  /** @type {Map<number, {drawing: import('../drawing/picture.js').Drawing, answer: import('../reading/predict.js').Prediction, item: HTMLElement}>} */
  const kept = new Map();
  /** @type {{drawing: import('../drawing/picture.js').Drawing, answer: {names: string[]}}[]} what was forgotten last */
  let forgotten = [];

  function store() {
    const drawn = [...kept.values()].filter(({ drawing }) => !drawing.file).slice(-MOST);
    const texts = drawn.map(({ drawing, answer: { names } }) => ({ text: encodeStrokes(drawing.strokes), names })).filter(({ text }) => text);
    forever.set(STORED, texts.length > 0 ? JSON.stringify(texts) : '');
  }

  function restore() {
    try {
      for (const { text, names } of JSON.parse(forever.get(STORED) ?? '[]')) {
        const strokes = decodeStrokes(text);
        if (strokes && names.length > 0) show(pad.toDrawing(strokes), { names });
      }
    } catch {
      // another page's, or an older one's: begins anew
    }
  }

  function add(sheet) {
    const item = entry.content.cloneNode(true).firstElementChild;
    const [open, copy] = item.querySelectorAll('button');
    open.addEventListener('click', () => pad.open(kept.get(sheet).drawing));
    copy.hidden = !navigator.clipboard?.write; // only where the page came over HTTPS, or from this machine
    copy.addEventListener('click', async () => {
      const png = toPng(kept.get(sheet).drawing); // a promise: Safari wants the question asked at once
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]).then(() => say('copied'), () => say('notCopied'));
    });
    list.prepend(item);
    return item;
  }

  function label({ answer, item }) {
    const name = language.either(answer.names);
    const caption = item.querySelector('b');
    caption.textContent = name;
    caption.toggleAttribute('data-either', answer.names.length > 1);
    const [open, copy] = item.querySelectorAll('button');
    open.ariaLabel = open.title = language.text('reopen', { name });
    copy.ariaLabel = copy.title = language.text('copyPng', { name });
  }

  saveAll.addEventListener('click', async () => {
    const files = [...kept.values()].map(async ({ drawing, answer }, i) => ({
      name: `${String(i + 1).padStart(3, '0')}-${answer.names.join('-or-').replace(/^\?$/, 'none')}.png`,
      bytes: new Uint8Array(await (await toPng(drawing)).arrayBuffer()),
    }));
    const link = section.ownerDocument.createElement('a');
    link.download = 'drawings.zip';
    link.href = URL.createObjectURL(zip(await Promise.all(files)));
    link.click();
    URL.revokeObjectURL(link.href);
  });
  forget.addEventListener('click', () => {
    if (kept.size > 0) {
      forgotten = [...kept.values()];
      kept.clear();
      list.replaceChildren();
      say('forgotten');
    } else {
      forgotten.forEach(({ drawing, answer }) => show(drawing, answer));
    }
    store();
    render();
  });

  function show(drawing, answer) {
    const item = kept.get(drawing.sheet)?.item ?? add(drawing.sheet);
    const now = { drawing, answer, item };
    kept.set(drawing.sheet, now);
    const thumbnail = item.querySelector('canvas');
    paintDrawing(thumbnail.getContext('2d'), drawing, 'black');
    thumbnail.toggleAttribute('data-picture', Boolean(drawing.file));
    section.hidden = false;
  }

  function render() {
    kept.forEach(label);
    saveAll.hidden = kept.size === 0;
    forget.textContent = language.text(kept.size > 0 ? 'forget' : 'bringBack');
  }

  restore();

  return {
    /** Keeps a drawing, or what became of it since. */
    keep(drawing, answer) {
      show(drawing, answer);
      store();
      render();
    },

    /**
     * Puts a drawing back on the paper, as the one that is kept if it is.
     * @param {string | null} text of its strokes
     */
    reopen(text) {
      const strokes = text && decodeStrokes(text);
      if (!strokes) return;
      const one = [...kept.values()].find(({ drawing }) => encodeStrokes(drawing.strokes) === text);
      pad.open(one?.drawing ?? pad.toDrawing(strokes));
    },

    /** In another language. */
    render,
  };
}
