import { thisTab } from './storage.js';

const STORED = 'api-key'; // in this tab alone, until it is closed

/**
 * Asks for the API key where the service wants one, and keeps it for this browser tab.
 * @param {HTMLFormElement} form hidden, with one input
 * @param {() => void} onKey called when a key was given
 */
export function createKey(form, onKey) {
  const input = form.querySelector('input');

  form.addEventListener('submit', event => {
    event.preventDefault();
    thisTab.set(STORED, input.value.trim());
    form.hidden = true;
    onKey();
  });

  return {
    /** @returns {Record<string, string>} the headers that show the key; none where there is no key */
    headers() {
      const key = thisTab.get(STORED);
      return key ? { Authorization: `Bearer ${key}` } : {};
    },

    ask() {
      form.hidden = false;
      input.value = '';
      input.focus();
    },
  };
}
