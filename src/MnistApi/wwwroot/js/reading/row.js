/**
 * Several digits that were read: a frame around each where it stands on the paper, and a list of how sure each is.
 * @param {HTMLElement} layer over the paper
 * @param {HTMLOListElement} list
 * @param {ReturnType<import('../app/language.js').createLanguage>} language
 * @param {() => void} onChoose called when another digit is to be explained
 */
export function createRow(layer, list, language, onChoose) {
  /** @type {import('./predict.js').Row | undefined} */
  let row;
  let chosen = 0;

  function choose(index) {
    chosen = index;
    mark();
    onChoose();
  }

  function mark() {
    [...layer.children].forEach((frame, index) => frame.toggleAttribute('data-chosen', index === chosen));
    list.querySelectorAll('button').forEach((button, index) => (button.ariaPressed = String(index === chosen)));
  }

  /** @param {string} name of the element @param {Record<string, number>} properties of its style @param {...(Node | string)} content */
  function element(name, properties, ...content) {
    const made = layer.ownerDocument.createElement(name);
    made.append(...content);
    Object.entries(properties).forEach(([property, value]) => made.style.setProperty(`--${property}`, value));
    return made;
  }

  function frame({ isDigit, candidates, box }, index) {
    const side = Math.max(row.width, row.height); // the picture lies in the middle of the paper
    const made = element('span', {
      x: (box.x + (side - row.width) / 2) / side,
      y: (box.y + (side - row.height) / 2) / side,
      width: box.width / side,
      height: box.height / side,
    }, element('b', {}, isDigit ? candidates.join('/') : '?'));
    made.toggleAttribute('data-unclear', !isDigit);
    made.toggleAttribute('data-either', candidates.length > 1);
    made.firstChild.addEventListener('click', () => choose(index));
    return made;
  }

  /** @param {import('./predict.js').RowDigit} digit */
  const nameOf = ({ isDigit, candidates }) => (isDigit ? language.either(candidates) : '?');

  function line(digit, index) {
    const { isDigit, candidates, confidence } = digit;
    const bar = element('span', { probability: isDigit ? confidence : 0 });
    bar.className = 'bar';
    const words = isDigit ? language.percent(confidence) : language.text('unclear');
    const name = element('button', {}, nameOf(digit));
    name.type = 'button';
    name.addEventListener('click', () => choose(index));
    const made = element('li', {}, name, bar, element('span', {}, words));
    made.classList.toggle('highest', isDigit);
    made.classList.toggle('candidate', candidates.length > 1);
    return made;
  }

  return {
    /** @param {import('./predict.js').Row | undefined} shown none hides them */
    show(shown) {
      row = shown;
      chosen = Math.min(chosen, Math.max(0, (row?.digits.length ?? 0) - 1));
      layer.replaceChildren(...(row?.digits ?? []).map(frame));
      list.replaceChildren(...(row?.digits ?? []).map(line));
      list.style.setProperty('--label', Math.max(6, ...(row?.digits ?? []).map(digit => nameOf(digit).length))); // so that the bars begin in one line
      list.hidden = !row;
      mark();
    },

    /** Which of the digits is to be explained, counted from 0. */
    chosen: () => chosen,

    /** Takes the frames off the paper, when something else comes to lie on it. */
    lift() {
      layer.replaceChildren();
      chosen = 0;
    },
  };
}
