/**
 * Takes pictures from elsewhere: chosen, photographed, dropped or pasted.
 * @param {Document} page
 * @param {HTMLInputElement[]} inputs of files
 * @param {HTMLElement} paper gets `data-dropping` while a file is held over the page
 * @param {(file: Blob, bitmap: ImageBitmap | null) => void} onPicture `bitmap` is null where the browser can't read it
 * @returns {(file: Blob | undefined) => Promise<void>} takes one from elsewhere still
 */
export function createIntake(page, inputs, paper, onPicture) {
  async function take(file) {
    if (file) onPicture(file, await createImageBitmap(file).catch(() => null));
  }

  for (const input of inputs) {
    input.addEventListener('change', () => {
      take(input.files[0]);
      input.value = ''; // so that the same can be chosen again
    });
  }
  page.addEventListener('dragover', event => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    paper.toggleAttribute('data-dropping', true);
  });
  page.addEventListener('dragleave', event => {
    if (!event.relatedTarget) paper.toggleAttribute('data-dropping', false); // left the window
  });
  page.addEventListener('drop', event => {
    paper.toggleAttribute('data-dropping', false);
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
  page.addEventListener('paste', event => {
    take(event.clipboardData.files[0]);
  });
  return take;
}
