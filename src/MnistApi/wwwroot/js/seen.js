/**
 * The 28×28 pixels that the network saw, enlarged, with a frame around the ink.
 * @param {HTMLImageElement} image
 * @param {HTMLElement} frame over the image; gets `--left`, `--top`, `--width`, `--height` in pixels of 28
 */
export function createSeen(image, frame) {
  image.addEventListener('load', () => {
    const { naturalWidth: width, naturalHeight: height } = image;
    const context = new OffscreenCanvas(width, height).getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const ink = Array.from({ length: width * height }, (_, i) => i).filter(i => data[4 * i] > 0);
    const range = places => [Math.min(...places), Math.max(...places) + 1];
    const [left, right] = range(ink.map(i => i % width));
    const [top, bottom] = range(ink.map(i => Math.floor(i / width)));
    Object.entries({ left, top, width: right - left, height: bottom - top }).forEach(([name, value]) => frame.style.setProperty(`--${name}`, value));
  });

  return {
    /** @param {string | undefined} source data URL; none hides it */
    show(source) {
      image.hidden = frame.hidden = !source;
      if (source) image.src = source;
    },
  };
}
