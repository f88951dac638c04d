import { forever } from './storage.js';

const STORED = 'language';

/**
 * The page's texts, one JSON a language. Elements say which they want: `data-text` the key of their content, `data-label` of their
 * accessible name, `data-alt` of a picture's.
 * @param {Document} page
 * @param {HTMLSelectElement} select its options are the languages
 * @param {() => void} onChange called when the texts are there, and when they are others
 */
export function createLanguage(page, select, onChange) {
  const known = [...select.options].map(option => option.value);
  const wished = [forever.get(STORED), ...navigator.languages.map(tag => tag.split('-')[0]), 'en'];
  const written = (attribute, read) => [...page.querySelectorAll(`[data-${attribute}]`)].map(element => [element.dataset[attribute], read(element)]);
  /** @type {Record<string, string>} the page's own English, until there is more */
  let texts = Object.fromEntries([...written('text', element => element.textContent), ...written('label', element => element.ariaLabel)]);

  /** @param {ParentNode} root */
  function translate(root) {
    for (const element of root.querySelectorAll('[data-text]')) element.textContent = text(element.dataset.text);
    for (const element of root.querySelectorAll('[data-label]')) element.ariaLabel = text(element.dataset.label);
    for (const image of root.querySelectorAll('[data-alt]')) image.alt = text(image.dataset.alt);
  }

  /** @param {string} name of a language */
  async function use(name) {
    const response = await fetch(`i18n/${name}.json`).catch(() => null);
    const loaded = response?.ok && (await response.json().catch(() => null));
    if (!loaded) { // the page stays as it is
      select.value = page.documentElement.lang;
      return onChange();
    }
    texts = loaded;
    page.documentElement.lang = select.value = name;
    page.documentElement.dir = texts.dir;
    page.title = texts.title;
    translate(page);
    onChange();
  }

  /**
   * @param {string} key
   * @param {Record<string, string | number>} [values] for what stands in braces
   */
  function text(key, values = {}) {
    return (texts[key] ?? Object.values(values).join(', ')).replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  select.addEventListener('change', () => {
    forever.set(STORED, select.value);
    use(select.value);
  });
  addEventListener('storage', ({ key }) => key === STORED && use(forever.get(STORED) ?? select.value)); // another tab chose
  const ready = use(wished.find(name => known.includes(name)));

  return {
    /** When the texts are there, or can't be had. */
    ready,
    text,
    translate,

    /** @param {number} digit @returns {string} with its article: "an 8" */
    digit: digit => texts[`a${digit}`] ?? `${digit}`,

    /** @param {(string | number)[]} names @returns {string} "1", "1 or 7", "1, 4 or 7" */
    either(names) {
      const { lang } = page.documentElement;
      const format = new Intl.ListFormat(lang === 'en' ? 'en-GB' : lang, { type: 'disjunction' }); // the page's English is British: no comma before "or"
      return format.format(names.map(String));
    },

    /** @param {number} share 0 to 1, never shown as certainty: the network has none */
    percent(share) {
      const options = { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 };
      const { format } = new Intl.NumberFormat(page.documentElement.lang, options);
      if (share < 0.001) return `< ${format(0.001)}`;
      return share > 0.999 ? `> ${format(0.999)}` : format(share);
    },
  };
}
