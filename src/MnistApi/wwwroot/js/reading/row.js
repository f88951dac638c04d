/**
 * Several digits that were read: a frame around each where it stands on the paper, and a list of how sure each is.
 * @param {HTMLElement} layer over the paper
 * @param {HTMLOListElement} list
 * @param {ReturnType<import('../app/language.js').createLanguage>} language
 */
export function createRow(layer, list, language) {
  /** @type {import('./predict.js').Row | undefined} */
  let row;

  /** @param {string} name of the element @param {Record<string, number>} properties of its style @param {...(Node | string)} content */
  function element(name, properties, ...content) {
    const made = layer.ownerDocument.createElement(name);
    made.append(...content);
    Object.entries(properties).forEach(([property, value]) => made.style.setProperty(`--${property}`, value));
    return made;
  }

  function frame({ digit, isDigit, box }) {
    const side = Math.max(row.width, row.height); // the picture lies in the middle of the paper
    const made = element('span', {
      x: (box.x + (side - row.width) / 2) / side,
      y: (box.y + (side - row.height) / 2) / side,
      width: box.width / side,
      height: box.height / side,
    }, element('b', {}, isDigit ? `${digit}` : '?'));
    made.toggleAttribute('data-unclear', !isDigit);
    return made;
  }

  function line({ digit, isDigit, confidence }) {
    const bar = element('span', { probability: isDigit ? confidence : 0 });
    bar.className = 'bar';
    const words = isDigit ? language.percent(confidence) : language.text('unclear');
    const made = element('li', {}, element('span', {}, isDigit ? `${digit}` : '?'), bar, element('span', {}, words));
    made.classList.toggle('highest', isDigit);
    return made;
  }

  return {
    /** @param {import('./predict.js').Row | undefined} shown none hides them */
    show(shown) {
      row = shown;
      layer.replaceChildren(...(row?.digits ?? []).map(frame));
      list.replaceChildren(...(row?.digits ?? []).map(line));
      list.hidden = !row;
    },

    /** Takes the frames off the paper, when something else comes to lie on it. */
    lift: () => layer.replaceChildren(),
  };
}
