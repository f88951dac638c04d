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
  const chosen = () => localStorage.getItem(STORED);

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
    if ((wanted === 'dark') === system.matches) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, wanted);
    apply();
  });
  system.addEventListener('change', apply);
  apply();
}
