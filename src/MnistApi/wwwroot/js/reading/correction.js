import { post } from './service.js';

/**
 * Lets a person say what a drawing really is, where the service wants to know, or this device learns. Nothing is sent without consent, which is asked for
 * anew on each visit.
 * @param {HTMLFormElement} form hidden where nobody wants to know; gets `data-idle` while there is nothing to correct, and `data-here` where it isn't sent
 * @param {{labels: HTMLElement, consent: HTMLInputElement, corrected: HTMLElement}} parts `labels`: empty, for ten buttons; `corrected` is read out
 * @param {ReturnType<import('../app/language.js').createLanguage>} language
 * @param {{headers: () => Record<string, string>, ask: () => void}} key
 * @param {ReturnType<import('./hand.js').createHand>} hand
 */
export function createCorrection(form, { labels, consent, corrected }, language, key, hand) {
  /** @type {boolean | undefined} undefined until the service said it */
  let isTaken;
  /** @type {import('./predict.js').Prediction | null} */
  let answer = null;
  /** @type {import('../drawing/picture.js').Drawing | null} what the answer is about */
  let about = null;
  /** @type {import('../drawing/picture.js').Sent | null} the same as it was read */
  let sent = null;
  let isSending = false;
  let problem = () => ''; // in the language of the moment
  /** @type {WeakMap<import('../drawing/picture.js').Drawing, {label: number, key: string}>} what was stored or learned on this visit, and the text for it */
  const given = new WeakMap();
  const maySend = () => Boolean(isTaken) && answer?.instead !== null; // else the visitor wants it to stay here
  const mayLearn = () => hand.isOn() && Boolean(sent?.ink);

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
    form.hidden = !isTaken && !hand.isOn();
    form.toggleAttribute('data-here', !maySend());
    form.toggleAttribute('data-idle', !answer || !(maySend() || mayLearn()));
    buttons.forEach((button, digit) => {
      button.disabled = Boolean(answer?.isDigit) && answer.candidates.every(candidate => candidate === digit); // that is what it said
      button.ariaDisabled = String(given.has(about));
    });
    const done = given.get(about);
    corrected.textContent = done ? language.text(done.key, { a: language.digit(done.label) }) : problem();
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

    const drawing = about;
    const sends = maySend() && consent.checked;
    if (mayLearn()) {
      isSending = true;
      const isLearned = await hand.learn(sent, label).then(() => true, () => false); // else there is no worker
      isSending = false;
      if (isLearned) given.set(drawing, { label, key: 'learned' });
      render();
      if (!sends) return;
    }
    if (!sends) {
      tell(() => language.text('consentFirst'));
      consent.focus();
      return;
    }

    const body = new FormData();
    const fields = { image: answer.picture, label, predicted: answer.served ?? answer.digit, model: answer.model, consent: true };
    Object.entries(fields).forEach(([name, value]) => body.append(name, value));
    isSending = true;
    const result = await post('corrections', body, key.headers(), (_, status) => status === 201);
    isSending = false;
    if (result.reply) given.set(drawing, { label, key: 'corrected' });
    if (result.status === 401) key.ask();
    const why = () => (result.title ? `${result.title}. ${result.detail}` : language.text(`${result.key}Words`));
    tell(() => (result.reply || drawing !== about ? '' : language.text('notCorrected', { why: why() })));
  }

  check();

  return {
    render,

    /**
     * @param {import('./predict.js').Prediction | null} newAnswer about one digit; null where there is none
     * @param {import('../drawing/picture.js').Drawing} drawing that it is about
     * @param {import('../drawing/picture.js').Sent | null} newSent the same as it was read
     */
    offer(newAnswer, drawing, newSent) {
      if (newAnswer && isTaken === undefined) check(); // there was no network, or no key
      if (drawing !== about) problem = () => '';
      answer = newAnswer;
      about = drawing;
      sent = newSent;
      render();
    },
  };
}
