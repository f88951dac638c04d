const STEP = 0.04; // of the canvas' side
const FINE_STEP = 0.01;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Draws on a pad from the keyboard: arrow keys move a cursor (with Shift in small steps), space or Enter puts the pen down and lifts it.
 * @param {HTMLCanvasElement} canvas that takes the focus
 * @param {HTMLElement} cursor shows where the pen is, by `--x` and `--y`; `data-down` is set while it draws
 * @param {ReturnType<import('./pad.js').createPad>} pad
 * @param {(isDown: boolean) => void} onPen called when the pen is put down or lifted
 */
export function createKeyboardPen(canvas, cursor, pad, onPen) {
  const place = { x: 0.5, y: 0.25 };
  const point = () => ({ ...place, pressure: 0.5 });
  let isDown = false;

  function show() {
    cursor.style.setProperty('--x', place.x);
    cursor.style.setProperty('--y', place.y);
    cursor.toggleAttribute('data-down', isDown);
  }

  function put(down) {
    if (down === isDown) return;
    if (down) pad.penDown(point());
    else pad.penUp();
    isDown = down && pad.isDown(); // there is nothing to erase on empty paper
    show();
    onPen(isDown);
  }

  canvas.addEventListener('keydown', event => {
    const { key, shiftKey, ctrlKey, altKey, metaKey } = event;
    if (ctrlKey || altKey || metaKey) return;
    isDown &&= pad.isDown(); // cleared or undone meanwhile

    if (key === ' ' || key === 'Enter') {
      if (!event.repeat) put(!isDown);
    } else if (key in ARROWS) {
      const step = shiftKey ? FINE_STEP : STEP;
      const [right, down] = ARROWS[key];
      place.x = Math.min(Math.max(place.x + right * step, 0), 1);
      place.y = Math.min(Math.max(place.y + down * step, 0), 1);
      if (isDown) pad.penMove([point()]);
      show();
    } else return;
    event.preventDefault(); // no scrolling
  });
  canvas.addEventListener('blur', () => put(false));
  show();
}
