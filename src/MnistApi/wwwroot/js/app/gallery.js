import { paintDrawing, toPng } from '../drawing/picture.js';
import { zip } from './zip.js';

/**
 * The drawings of this visit with their answers, newest first. They stay in this page and are gone with it.
 * @param {HTMLElement} section hidden while there are none
 * @param {{list: HTMLElement, entry: HTMLTemplateElement, saveAll: HTMLButtonElement, forget: HTMLButtonElement}} parts
 * @param {ReturnType<import('./language.js').createLanguage>} language
 * @param {(drawing: import('../drawing/picture.js').Drawing) => void} onOpen
 * @param {(key: string) => void} say tells in a text what was done
 */
export function createGallery(section, { list, entry, saveAll, forget }, language, onOpen, say) {
  /** @type {Map<number, {drawing: import('../drawing/picture.js').Drawing, answer: import('../reading/predict.js').Prediction, item: HTMLElement}>} */
  const kept = new Map();

  function add(sheet) {
    const item = entry.content.cloneNode(true).firstElementChild;
    const [open, copy] = item.querySelectorAll('button');
    open.addEventListener('click', () => onOpen(kept.get(sheet).drawing));
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
    kept.clear();
    list.replaceChildren();
    section.hidden = true;
    say('forgotten');
  });

  return {
    /** Keeps a drawing, or what became of it since. */
    keep(drawing, answer) {
      const item = kept.get(drawing.sheet)?.item ?? add(drawing.sheet);
      const now = { drawing, answer, item };
      kept.set(drawing.sheet, now);
      const thumbnail = item.querySelector('canvas');
      paintDrawing(thumbnail.getContext('2d'), drawing, 'black');
      thumbnail.toggleAttribute('data-picture', Boolean(drawing.file));
      label(now);
      section.hidden = false;
    },

    /** In another language. */
    render: () => kept.forEach(label),
  };
}
