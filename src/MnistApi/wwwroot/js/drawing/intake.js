const READ = /^(\x89PNG|\xff\xd8|RIFF....WEBP|GIF8|BM)/s; // formats that the service reads
const OTHERS = [[/^$/, 'emptyFile'], [/^%PDF/, 'pdfFile'], [/^....ftyp(hei|hev|mif)/s, 'heicFile'], [/^/, 'otherFile']];

/** Some formats are shown as images alone. @param {Blob} file @returns {Promise<ImageBitmap | null>} null where the browser can't show it */
async function toBitmap(file) {
  const reader = new FileReader();
  const image = new Image();
  const address = new Promise(done => reader.addEventListener('loadend', () => done(reader.result ?? '')));
  try {
    return await createImageBitmap(file).catch(async () => {
      reader.readAsDataURL(file);
      image.src = await address;
      await image.decode();
      return createImageBitmap(image);
    });
  } catch {
    return null;
  }
}

/**
 * Takes pictures from elsewhere: chosen, photographed, dropped or pasted.
 * @param {Document} page
 * @param {HTMLInputElement[]} inputs of files
 * @param {HTMLElement} paper gets `data-dropping` while a file is held over the page
 * @param {(file: Blob, bitmap: ImageBitmap | null, isRead: boolean) => void} onPicture `bitmap` is null where the browser can't show it, `isRead` false
 *   where the service can't read it
 * @param {(key: string) => void} say tells in a text why a file isn't taken
 * @returns {(file: Blob | undefined) => Promise<void>} takes one from elsewhere still
 */
export function createIntake(page, inputs, paper, onPicture, say) {
  async function take(file) {
    if (!file) return;

    const start = String.fromCharCode(...new Uint8Array(await file.slice(0, 12).arrayBuffer().catch(() => [])));
    const bitmap = await toBitmap(file);
    if (bitmap || READ.test(start)) onPicture(file, bitmap, READ.test(start));
    else say(OTHERS.find(([pattern]) => pattern.test(start))[1]);
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
