const STEP = 0.04; // of the canvas' side
const FINE_STEP = 0.01;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Draws on a pad from the keyboard: arrow keys move a cursor (with Shift in small steps), space or Enter puts the pen down and lifts it. The cursor shows the
 * pen under a mouse and a stylus, too.
 * @param {HTMLCanvasElement} canvas that takes the focus; gets `data-pointer` while it isn't used by the keyboard
 * @param {HTMLElement} cursor shows where the pen is, by `--x` and `--y`, and how wide, by `--pen`; `data-down` is set while it draws, `data-hovers` while a
 *   pointer is over the canvas, `data-erases` for the eraser
 * @param {ReturnType<import('./pad.js').createPad>} pad
 * @param {(isDown: boolean) => void} onPen called when the pen is put down or lifted
 */
export function createKeyboardPen(canvas, cursor, pad, onPen) {
  const place = { x: 0.5, y: 0.25 };
  const point = () => ({ ...place, pressure: 0.5 });
  let isDown = false;

  function show({ x, y } = place) {
    cursor.style.setProperty('--x', x);
    cursor.style.setProperty('--y', y);
    cursor.style.setProperty('--pen', pad.pen.width * (pad.pen.erases ? 2 : 1));
    cursor.toggleAttribute('data-erases', pad.pen.erases);
    cursor.toggleAttribute('data-down', isDown);
  }

  function usePointer(isUsed) {
    canvas.toggleAttribute('data-pointer', isUsed);
    if (!isUsed) cursor.toggleAttribute('data-hovers', false);
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
    usePointer(false);
    event.preventDefault(); // no scrolling
  });
  canvas.addEventListener('blur', () => put(false));
  canvas.addEventListener('focus', () => {
    usePointer(!canvas.matches(':focus-visible'));
    show();
  });
  canvas.addEventListener('pointerdown', () => usePointer(true));
  canvas.addEventListener('pointermove', ({ pointerType, clientX, clientY }) => {
    if (pointerType === 'touch') return;
    const box = canvas.getBoundingClientRect();
    cursor.toggleAttribute('data-hovers', true);
    show({ x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.height });
  });
  canvas.addEventListener('pointerleave', () => cursor.toggleAttribute('data-hovers', false));
  show();
}
