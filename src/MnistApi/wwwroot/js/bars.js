/**
 * Ten bars, one a digit.
 * @param {HTMLOListElement} list empty
 */
export function createBars(list) {
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const [row, label, bar, share] = ['li', 'span', 'span', 'span'].map(name => list.ownerDocument.createElement(name));
    label.textContent = digit;
    bar.className = 'bar';
    row.append(label, bar, share);
    list.append(row);
    return { row, share };
  });

  return {
    /** @param {number[] | null} probabilities ten numbers, or null for none */
    show(probabilities) {
      const highest = probabilities && Math.max(...probabilities);
      rows.forEach(({ row, share }, digit) => {
        const probability = probabilities?.[digit] ?? 0;
        row.style.setProperty('--probability', probability);
        row.classList.toggle('highest', probability === highest);
        share.textContent = probabilities ? percent(probability) : '';
      });
    },
  };
}

/** @param {number} probability never shown as certainty: the network has none */
export function percent(probability) {
  if (probability < 0.001) return '< 0.1 %';
  if (probability > 0.999) return '> 99.9 %';
  return `${(100 * probability).toFixed(1)} %`;
}
