import { evidenceOf, inkBox } from './evidence.js';

/**
 * How the answer came about, in pictures and words: the steps before the network, what speaks for the answer and for the runner-up,
 * and what each layer found.
 * @param {{unexplained: HTMLElement, explained: HTMLElement, seen: HTMLImageElement, frame: HTMLElement, why: HTMLElement, layers: HTMLElement,
 *   layer: HTMLTemplateElement}} parts
 *   `unexplained` is shown where there is nothing to show; `frame` gets `--left`, `--top`, `--width`, `--height` in pixels of 28,
 *   marks of evidence `--x` and `--y`
 * @param {ReturnType<import('../app/language.js').createLanguage>} language
 */
export function createSeen({ unexplained, explained, seen, frame, why, layers, layer }, { text }) {
  const steps = [...explained.querySelectorAll('[data-step]')];
  const digits = [...explained.querySelectorAll('[data-evidence]')];
  /** @type {import('../reading/predict.js').Prediction | null} the newest */
  let answer = null;
  /** @type {ReturnType<typeof evidenceOf>[]} of the pictures in `digits` */
  let evidence = [];
  let isCurrent = true;

  const picture = figure => figure.querySelector('img');

  function tell(figure, bold, words, alt) {
    figure.querySelector('b:not(.mark)').textContent = bold;
    figure.querySelector('figcaption span').textContent = words;
    picture(figure).alt = alt;
  }

  function render() {
    if (!answer) return;
    const { isDigit, explanation } = answer;
    const pair = [explanation.saliency.digit, explanation.runnerUp.digit];
    why.textContent = text(isDigit ? 'why' : 'whyIf', { a: pair[0], b: pair[1] });
    digits.forEach((figure, i) => {
      const most = evidence[i];
      const words = [
        most?.for ? text('mostFor', { place: text(`at${most.for.place}`) }) : text('noneFor'),
        most?.against ? text('mostAgainst', { place: text(`at${most.against.place}`) }) : text('noneAgainst'),
      ];
      tell(figure, pair[i], words.join(' '), text('evidenceLabel', { digit: pair[i] }));
    });
    explanation.layers.forEach((found, i) => {
      const values = { ...found, n: i + 1 };
      tell(layers.children[i], text('layer', values), text('layerSize', values), text('layerLabel', values));
    });
  }

  function place(element, values) {
    for (const [name, value] of Object.entries(values)) element.style.setProperty(`--${name}`, value);
  }

  function mark() {
    place(frame, inkBox(seen));
    evidence = digits.map(figure => evidenceOf(picture(figure)));
    digits.forEach((figure, i) => {
      for (const sign of ['for', 'against']) {
        const most = evidence[i][sign];
        const ring = figure.querySelector(`.${sign}`);
        ring.hidden = !most;
        if (most) place(ring, { x: most.x, y: most.y });
      }
    });
  }

  return {
    render,

    /** A newer explanation is to come; the one shown stays until then. */
    wait() {
      isCurrent = false;
      explained.ariaBusy = 'true';
    },

    /**
     * @param {import('../reading/predict.js').Prediction | import('../reading/predict.js').Problem | null} reply shows its explanation; without one, nothing
     * @param {boolean} isLatest whether it is about what is on the paper now
     */
    async show(reply, isLatest) {
      isCurrent = isLatest;
      const mine = (answer = reply?.explanation ? reply : null);
      explained.hidden = !mine;
      unexplained.hidden = Boolean(mine);
      if (!mine) return;

      const { explanation } = mine;
      for (const figure of steps) {
        const step = explanation.steps.find(({ name }) => name === figure.dataset.step);
        figure.hidden = !step;
        if (step) picture(figure).src = step.image;
      }
      [explanation.saliency, explanation.runnerUp].forEach(({ image }, i) => (picture(digits[i]).src = image));
      while (layers.childElementCount > explanation.layers.length) layers.lastElementChild.remove();
      while (layers.childElementCount < explanation.layers.length) layers.append(layer.content.cloneNode(true));
      explanation.layers.forEach(({ channels, width, image }, i) => {
        const shown = picture(layers.children[i]);
        shown.src = image;
        place(shown, { width: Math.ceil(Math.sqrt(channels)) * (width + 1) - 1 });
      });
      await Promise.all([seen, ...digits.map(picture)].map(image => image.decode())).catch(() => {}); // it fails where a newer one came
      if (mine !== answer) return;
      mark();
      render();
      explained.ariaBusy = String(!isCurrent); // the drawing may have gone on meanwhile
    },
  };
}
