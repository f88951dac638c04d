import { forever } from './storage.js';

const STORED = 'theme';

/**
 * Light or dark: as the system, until the switch says otherwise; switched back, as the system again.
 * @param {HTMLElement} root gets `data-theme` where it isn't the system's
 * @param {HTMLButtonElement} button
 * @param {HTMLMetaElement[]} edges what colours the browser around the page: get the page's colour
 * @param {() => void} onChange called when the colours are others
 */
export function createTheme(root, button, edges, onChange) {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const chosen = () => forever.get(STORED);

  function apply() {
    if (chosen()) root.dataset.theme = chosen();
    else delete root.dataset.theme;
    button.ariaPressed = String((chosen() ?? (system.matches ? 'dark' : 'light')) === 'dark');
    const { backgroundColor } = getComputedStyle(root.ownerDocument.body);
    for (const edge of edges) edge.content = backgroundColor;
    onChange();
  }

  button.addEventListener('click', () => {
    const wanted = button.ariaPressed === 'true' ? 'light' : 'dark';
    forever.set(STORED, (wanted === 'dark') === system.matches ? '' : wanted);
    apply();
  });
  for (const query of [system, matchMedia('(forced-colors: active)')]) query.addEventListener('change', apply);
  addEventListener('storage', apply); // another tab switched
  apply();
}
