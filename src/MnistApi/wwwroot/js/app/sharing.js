import { decodeStrokes, encodeStrokes } from '../drawing/link.js';

const LINK = '#d='; // what a browser keeps to itself: no server sees it
const PICTURE = '#shared'; // sw.js sends here, and keeps the picture in a cache of this name
const KEPT = 'shared';

/**
 * Drawings that go out as a link, and what comes in by the page's address: such a link, or a picture that another app shared with this one.
 * @param {HTMLButtonElement} button "Share"
 * @param {ReturnType<import('../drawing/pad.js').createPad>} pad
 * @param {(file: Blob) => void} takePicture as if it had been dropped
 * @param {(key: string) => void} say tells in a text what was done
 */
export function createSharing(button, pad, takePicture, say) {
  /** A picture has no link: it is too large for an address, and isn't stored anywhere. */
  const canShare = () => !pad.isEmpty() && !pad.drawing().file;

  async function share() {
    const text = encodeStrokes(pad.drawing().strokes);
    if (!text) return say('linkTooLong');

    const url = new URL(LINK + text, location.href).href;
    const isDone = await navigator.share?.({ url }).then(() => true, error => error.name === 'AbortError'); // the person thought otherwise
    if (isDone) return;

    try {
      await navigator.clipboard.writeText(url);
      say('linkCopied');
    } catch {
      say('notCopied');
    }
  }

  async function takeKept() {
    const response = await self.caches?.match('picture', { cacheName: KEPT });
    await self.caches?.delete(KEPT);
    if (response) takePicture(await response.blob());
    else say('notArrived');
  }

  button.hidden = !navigator.share && !navigator.clipboard; // over plain HTTP from another machine there is neither
  button.addEventListener('click', () => canShare() && share());

  return {
    /** Says whether there is something to share. */
    render: () => (button.ariaDisabled = String(!canShare())),

    /** Opens what the address brings, and takes it out of it, so that it doesn't come back with a reload. */
    async open() {
      const { hash } = location;
      if (!hash.startsWith(LINK) && hash !== PICTURE) return;

      history.replaceState(null, '', location.pathname + location.search);
      if (hash === PICTURE) return takeKept();

      const strokes = decodeStrokes(hash.slice(LINK.length));
      if (strokes) pad.openStrokes(strokes);
      else say('badLink');
    },
  };
}
