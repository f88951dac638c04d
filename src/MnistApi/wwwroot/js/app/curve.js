const SERIES = ['training', 'validation', 'strokes'];
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 628, 12, 246]; // of the lines, within the view box

/**
 * A learning curve, and the same as a table. The scale is that of the errors, and logarithmic: from 99 to 99.5 % is as far as from 90 to 95 %.
 * @param {HTMLTemplateElement} template an SVG with the groups `grid` and `lines`, a legend, and a table
 * @param {{epoch: number, training: number, validation?: number, strokes?: number}[]} epochs shares of images read right;
 *   where the count begins again, another stage does
 * @param {(share: number) => string} percent
 * @returns {DocumentFragment}
 */
export function createCurve(template, epochs, percent) {
  const part = template.content.cloneNode(true);
  const [svg, grid, lines, table] = ['svg', '.grid', '.lines', 'table'].map(selector => part.querySelector(selector));
  const series = SERIES.filter(name => epochs.some(epoch => epoch[name] !== undefined));
  const error = share => Math.max(1 - share, 1e-4);
  const errors = epochs.flatMap(epoch => series.map(name => epoch[name]).filter(share => share !== undefined).map(error));
  const [most, least] = [Math.max(...errors) * 1.15, Math.min(...errors) / 1.15].map(Math.log);
  const x = index => epochs.length < 2 ? (LEFT + RIGHT) / 2 : LEFT + (RIGHT - LEFT) * index / (epochs.length - 1);
  const y = share => TOP + (BOTTOM - TOP) * (Math.log(error(share)) - least) / (most - least);

  for (const share of [0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999].filter(share => y(share) >= TOP && y(share) <= BOTTOM)) {
    add(grid, 'line', { x1: LEFT, x2: RIGHT, y1: y(share), y2: y(share) });
    add(grid, 'text', { x: LEFT - 8, y: y(share) + 4, 'text-anchor': 'end' }, `${+(100 * share).toFixed(1)} %`);
  }
  epochs.forEach(({ epoch }, index) => {
    if (index && epoch === 1) add(grid, 'line', { x1: x(index - 0.5), x2: x(index - 0.5), y1: TOP, y2: BOTTOM, class: 'stage' });
  });
  const step = Math.ceil(epochs.length / 10);
  for (let index = step - 1; index < epochs.length; index += step)
    add(grid, 'text', { x: x(index), y: BOTTOM + 22, 'text-anchor': 'middle' }, index + 1);

  for (const name of series) {
    const points = epochs.map((epoch, index) => epoch[name] === undefined ? null : `${x(index).toFixed(1)},${y(epoch[name]).toFixed(1)}`).filter(Boolean);
    add(lines, 'polyline', { class: name, points: points.join(' ') });
    if (points.length === 1) add(lines, 'circle', { class: name, cx: points[0].split(',')[0], cy: points[0].split(',')[1], r: 4 });
  }

  const body = table.tBodies[0];
  SERIES.forEach((name, column) => {
    if (series.includes(name)) return;
    part.querySelector(`.legend .${name}`).remove();
    table.tHead.rows[0].cells[column + 1].hidden = true;
  });
  epochs.forEach((epoch, index) => {
    const row = body.insertRow();
    const head = document.createElement('th');
    head.scope = 'row';
    head.textContent = index + 1;
    row.append(head);
    for (const name of series) row.insertCell().textContent = epoch[name] === undefined ? '–' : percent(epoch[name]);
  });
  return part;

  function add(group, name, attributes, text = '') {
    const made = document.createElementNS(svg.namespaceURI, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = text;
    group.append(made);
  }
}
