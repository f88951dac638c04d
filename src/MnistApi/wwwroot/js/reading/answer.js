const SURE = 0.9;

/** @param {number[]} probabilities @param {number} digit @returns {number} the most probable digit but that one */
function secondOf(probabilities, digit) {
  const others = probabilities.map((probability, other) => (other === digit ? -1 : probability));
  return others.indexOf(Math.max(...others));
}

/**
 * The answer beside the drawing: a big digit, or each that it may be, the same in words, ten bars, and how long it took; or several digits, with a bar each.
 * @param {HTMLElement} panel gets `data-state` (empty, drawing, sure, unsure, rejected, row, problem) and `aria-busy`
 * @param {{digit: HTMLElement, bars: HTMLElement, words: HTMLElement, detail: HTMLElement, timing: HTMLElement, status: HTMLElement}} parts
 *   `status` is read out
 * @param {{show: (probabilities: number[] | null, candidates?: number[]) => void}} bars
 * @param {{show: (row: import('./predict.js').Row | undefined) => void}} row
 * @param {ReturnType<import('../app/language.js').createLanguage>} language
 */
export function createAnswer(panel, { digit, bars: list, words, detail, timing, status }, bars, row, language) {
  const { text, percent } = language;
  /** @type {import('./predict.js').Prediction | import('./predict.js').Problem | null} */
  let answer = null;
  let isMoving = false;

  function render() {
    const isPrediction = Boolean(answer && 'digit' in answer);
    const shown = describe(answer, isMoving);
    panel.dataset.state = shown.state;
    words.textContent = shown.words ?? text(`${shown.state}Words`);
    detail.textContent = shown.detail ?? text(`${shown.state}Detail`);
    digit.textContent = shown.digit ?? '';
    timing.textContent = isPrediction ? [duration(answer), ...('served' in answer ? [text('byHand')] : [])].join(' · ') : '';
    const lines = digit.textContent.split('\n');
    digit.style.setProperty('--count', Math.max(...lines.map(line => line.length)));
    digit.style.setProperty('--lines', lines.length);
    bars.show(shown.digit !== undefined && answer.isDigit !== false ? answer.probabilities : null, answer?.candidates);
    row.show(answer?.row);
    list.hidden = Boolean(answer?.row);
    if (!isMoving) status.textContent = shown.state === 'empty' ? '' : `${shown.spoken ?? words.textContent}. ${detail.textContent}`;
  }

  function describe(answer, isMoving) {
    if (!answer) return { state: 'empty' };
    if (answer.title) return { state: 'problem', words: answer.title, detail: answer.detail };
    if (answer.key) return { state: 'problem', words: text(`${answer.key}Words`), detail: text(`${answer.key}Detail`) };

    if (answer.row) return describeRow(answer.row);

    const { probabilities, confidence } = answer;
    const second = secondOf(probabilities, answer.digit);
    const values = { a: language.digit(answer.digit), b: language.digit(second), p: percent(confidence), q: percent(probabilities[second]) };
    if (!answer.isDigit && isMoving) return { state: 'drawing' };
    if (!answer.isDigit) return { state: 'rejected', digit: '?', detail: text(answer.sent?.ink ? 'rejectedDetail' : 'rejectedPhotoDetail', values) };
    if (answer.candidates.length > 1) return describeCandidates(answer);

    const state = confidence >= SURE ? 'sure' : 'unsure';
    const detail = probabilities[second] < 0.001 ? 'certainDetail' : `${state}Detail`; // a guess nobody would make is none
    return { state, digit: answer.digit, words: text(`${state}Words`, { ...values, all: either([answer.digit, second]) }), detail: text(detail, values) };
  }

  function describeCandidates({ candidates, probabilities }) {
    const shares = candidates.map(digit => percent(probabilities[digit]));
    const detail = shares.length > 2 ? text('severalDetail', { all: shares.join(', ') }) : text('unsureDetail', { p: shares[0], q: shares[1] });
    return { state: 'unsure', digit: language.either(candidates), words: text('unsureWords', { all: either(candidates) }), detail };
  }

  function describeRow({ written, digits: all }) {
    const least = all.reduce((one, other) => (other.confidence < one.confidence ? other : one));
    const several = all.filter(({ candidates }) => candidates.length > 1).map(({ candidates }) => language.either(candidates));
    const values = { n: all.length, b: language.digit(least.digit), p: percent(least.confidence), all: several.join('; ') };
    const about = [all.every(({ isDigit }) => isDigit) ? 'rowDetail' : 'rowUnclearDetail', ...(several.length > 0 ? ['rowEitherDetail'] : [])];
    const detail = about.map(key => text(key, values)).join(' ');
    const spoken = text('rowWords', { a: [...written.replaceAll('\n', ';')].join(' ') }); // digit by digit, not as a number
    return { state: 'row', digit: written, words: text('rowWords', { a: written.replaceAll('\n', ' · ') }), spoken, detail };
  }

  const either = digits => language.either(digits.map(language.digit)); // each with its article

  function duration({ roundTripMs, serverMs, instead }) {
    if (instead === null) return text('readHere', { all: milliseconds(roundTripMs) });
    if (instead) return text('readHereInstead', { all: milliseconds(roundTripMs), why: instead.title ?? text(`${instead.key}Words`) });
    return text(serverMs === null ? 'roundTrip' : 'timing', { all: milliseconds(roundTripMs), server: milliseconds(serverMs) });
  }

  const milliseconds = ms => new Intl.NumberFormat(panel.ownerDocument.documentElement.lang, { maximumSignificantDigits: 2 }).format(ms);

  return {
    render,

    /** A newer answer is on its way; the one shown stays until then, but for an empty page. */
    wait() {
      panel.ariaBusy = 'true';
      if (panel.dataset.state !== 'empty') return;
      panel.dataset.state = 'drawing';
      words.textContent = text('drawingWords');
      detail.textContent = text('drawingDetail');
    },

    /** The answer is late. */
    hint() {
      if (panel.ariaBusy !== 'true' || panel.dataset.state === 'problem') return;
      words.textContent = text('slowWords');
      detail.textContent = status.textContent = text('waitingDetail');
    },

    /**
     * @param {import('./predict.js').Prediction | import('./predict.js').Problem | null} newAnswer null where nothing is drawn
     * @param {boolean} moving whether the drawing goes on: then nothing is read out, and no digit doesn't mean that it won't be one
     * @param {boolean} isLatest whether it is about what is on the paper now
     */
    show(newAnswer, moving, isLatest) {
      answer = newAnswer;
      isMoving = moving;
      panel.ariaBusy = String(!isLatest);
      render();
    },
  };
}
