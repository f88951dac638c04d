import { percent } from './bars.js';

const SURE = 0.9;
const REJECTION = { words: 'Not a digit', detail: 'Draw one digit, large and alone.' };

/**
 * The answer beside the drawing: a big digit, the same in words, ten bars and what the network saw.
 * @param {HTMLElement} panel gets `data-state` (empty, prediction, rejected, problem) and `aria-busy`
 * @param {{digit: HTMLElement, words: HTMLElement, detail: HTMLElement, seen: HTMLImageElement}} parts
 * @param {{show: (probabilities: number[] | null) => void}} bars
 */
export function createAnswer(panel, { digit, words, detail, seen }, bars) {
  const invitation = { words: words.textContent, detail: detail.textContent };

  function show(state, texts, prediction) {
    panel.dataset.state = state;
    panel.ariaBusy = 'false';
    words.textContent = texts.words;
    detail.textContent = texts.detail;
    digit.textContent = prediction?.digit ?? '';
    seen.hidden = !prediction;
    if (prediction) seen.src = prediction.explanation.steps.find(step => step.name === 'input').image;
    bars.show(prediction?.probabilities ?? null);
  }

  return {
    /** A newer answer is on its way; the one shown stays until then. */
    wait() {
      panel.ariaBusy = 'true';
    },

    /** Nothing is drawn. */
    invite: () => show('empty', invitation),

    /** @param {import('./predict.js').Prediction | import('./predict.js').Problem} answer */
    show(answer) {
      if (answer.isDigit === false) show('rejected', REJECTION, { ...answer, digit: '?', probabilities: null });
      else if ('digit' in answer) show('prediction', inWords(answer), answer);
      else show('problem', { words: answer.title, detail: answer.detail });
    },
  };
}

/** @param {import('./predict.js').Prediction} prediction */
function inWords({ digit, confidence, probabilities }) {
  const name = n => (n === 8 ? 'an 8' : `a ${n}`);
  if (confidence >= SURE) return { words: `That’s ${name(digit)}`, detail: `${percent(confidence)} sure` };

  const second = probabilities.indexOf(Math.max(...probabilities.toSpliced(digit, 1, 0)));
  return { words: `Could be ${name(digit)} or ${name(second)}`, detail: `${percent(confidence)} sure of the ${digit}` };
}
