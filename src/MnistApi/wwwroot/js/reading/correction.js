import { post } from './service.js';

/**
 * Lets a person say what a drawing really is, where the service wants to know. Nothing is sent without consent, which is asked for anew on each visit.
 * @param {HTMLFormElement} form hidden where corrections are not taken; gets `data-idle` while there is nothing to correct
 * @param {{labels: HTMLElement, consent: HTMLInputElement, corrected: HTMLElement}} parts `labels`: empty, for ten buttons; `corrected` is read out
 * @param {ReturnType<import('../app/language.js').createLanguage>} language
 * @param {{headers: () => Record<string, string>, ask: () => void}} key
 */
export function createCorrection(form, { labels, consent, corrected }, language, key) {
  /** @type {boolean | undefined} undefined until the service said it */
  let isTaken;
  /** @type {import('./predict.js').Prediction | null} */
  let answer = null;
  /** @type {import('../drawing/picture.js').Drawing | null} what the answer is about */
  let about = null;
  let isSending = false;
  let problem = () => ''; // in the language of the moment
  /** @type {WeakMap<import('../drawing/picture.js').Drawing, number>} what was stored on this visit */
  const given = new WeakMap();

  const buttons = Array.from({ length: 10 }, (_, digit) => {
    const button = form.ownerDocument.createElement('button');
    button.type = 'button';
    button.textContent = digit;
    button.addEventListener('click', () => correct(digit));
    return button;
  });
  labels.append(...buttons);
  form.addEventListener('submit', event => event.preventDefault()); // Enter on the box
  consent.addEventListener('change', () => tell(() => ''));

  function render() {
    form.hidden = !isTaken;
    form.toggleAttribute('data-idle', !answer);
    buttons.forEach((button, digit) => {
      button.disabled = Boolean(answer?.isDigit) && answer.candidates.every(candidate => candidate === digit); // that is what it said
      button.ariaDisabled = String(given.has(about));
    });
    corrected.textContent = given.has(about) ? language.text('corrected', { a: language.digit(given.get(about)) }) : problem();
  }

  function tell(text) {
    problem = text;
    render();
  }

  async function check() {
    const reply = await fetch('corrections', { headers: key.headers() }).then(response => (response.ok ? response.json() : {})).catch(() => ({}));
    isTaken = reply.enabled;
    render();
  }

  async function correct(label) {
    if (!answer || isSending || given.has(about)) return;
    if (!consent.checked) {
      tell(() => language.text('consentFirst'));
      consent.focus();
      return;
    }

    const drawing = about;
    const body = new FormData();
    const fields = { image: answer.picture, label, predicted: answer.digit, model: answer.model, consent: true };
    Object.entries(fields).forEach(([name, value]) => body.append(name, value));
    isSending = true;
    const sent = await post('corrections', body, key.headers(), (_, status) => status === 201);
    isSending = false;
    if (sent.reply) given.set(drawing, label);
    if (sent.status === 401) key.ask();
    const why = () => (sent.title ? `${sent.title}. ${sent.detail}` : language.text(`${sent.key}Words`));
    tell(() => (sent.reply || drawing !== about ? '' : language.text('notCorrected', { why: why() })));
  }

  check();

  return {
    render,

    /**
     * @param {import('./predict.js').Prediction | null} newAnswer about one digit; null where there is none
     * @param {import('../drawing/picture.js').Drawing} drawing that it is about
     */
    offer(newAnswer, drawing) {
      if (newAnswer && isTaken === undefined) check(); // there was no network, or no key
      if (drawing !== about) problem = () => '';
      answer = newAnswer;
      about = drawing;
      render();
    },
  };
}
