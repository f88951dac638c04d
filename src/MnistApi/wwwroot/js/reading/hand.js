import { forever } from '../app/storage.js';

const LEARNS = 'learns';
const SAMPLES = 'hand';
const MOST = 24; // a digit that is wrong more than twice

/**
 * Learns how the visitor writes, where that is wanted: what is corrected is kept in this browser, and answers lean towards what is alike. Nothing is sent.
 * @param {{learns: HTMLInputElement, forgetHand: HTMLButtonElement}} parts
 * @param {() => Promise<ReturnType<import('../device/device.js').createDevice>>} takeDevice rejects where there is none
 * @param {ReturnType<import('../app/language.js').createLanguage>} language
 * @param {() => void} onChange called when answers may be others now
 */
export function createHand({ learns, forgetHand }, takeDevice, language, onChange) {
  /** @type {{digit: number, image: string}[]} `image`: 784 bytes in base64 */
  let samples = [];
  let known = null; // the device that was told
  try {
    samples = JSON.parse(forever.get(SAMPLES) ?? '[]');
  } catch {
    // another page's, or an older one's: begins anew
  }

  const toBytes = text => Uint8Array.from(atob(text), character => character.charCodeAt(0));

  /** Tells the device what is kept, and the browser. */
  function keep(newSamples) {
    samples = newSamples.slice(-MOST);
    forever.set(SAMPLES, JSON.stringify(samples));
    known = null;
    render();
    onChange();
  }

  async function takeInformed() {
    const device = await takeDevice();
    if (known !== device) {
      known = device;
      await device.know(samples.map(({ digit, image }) => ({ digit, pixels: toBytes(image) })));
    }
    return device;
  }

  function render() {
    forgetHand.hidden = samples.length === 0;
    forgetHand.textContent = language.text('forgetHand', { n: samples.length });
  }

  learns.checked = Boolean(forever.get(LEARNS));
  learns.addEventListener('change', () => {
    forever.set(LEARNS, learns.checked ? 'yes' : '');
    onChange();
  });
  forgetHand.addEventListener('click', () => keep([]));
  render();

  return {
    render,

    isOn: () => learns.checked,

    /** @param {import('../drawing/picture.js').Sent} sent a drawing @param {number} digit that it is */
    async learn(sent, digit) {
      const pixels = await (await takeDevice()).frame(sent);
      if (pixels) keep([...samples, { digit, image: btoa(String.fromCharCode(...pixels)) }]);
    },

    /**
     * @template Answer
     * @param {Answer} answer of whoever read it
     * @param {import('../drawing/picture.js').Sent} sent what was read
     * @returns {Promise<Answer>} the same, where nothing was learned or it is about no drawing of one digit; else with `served`, what it said before
     */
    async adjust(answer, sent) {
      if (!learns.checked || samples.length === 0 || !sent.ink || !('digit' in answer) || answer.row) return answer;

      const leaned = await takeInformed().then(device => device.adjust(sent, answer)).catch(() => null);
      if (!leaned) return answer;

      const { model, ...reading } = leaned;
      return { ...answer, ...reading, names: reading.isDigit ? reading.candidates.map(String) : ['?'], served: answer.digit };
    },
  };
}
