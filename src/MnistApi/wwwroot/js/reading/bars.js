/**
 * Ten bars, one a digit.
 * @param {HTMLOListElement} list empty
 * @param {ReturnType<import('../app/language.js').createLanguage>} language
 */
export function createBars(list, { percent }) {
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const [row, label, bar, unit, share] = ['li', 'span', 'span', 'span', 'span'].map(name => list.ownerDocument.createElement(name));
    unit.className = 'unseen';
    unit.dataset.text = 'probability';
    label.textContent = digit;
    bar.className = 'bar';
    row.append(label, bar, unit, share);
    list.append(row);
    return { row, share };
  });

  return {
    /**
     * @param {number[] | null} probabilities ten numbers, or null for none
     * @param {number[]} [candidates] digits that it may be, marked where they are several
     */
    show(probabilities, candidates = []) {
      const highest = probabilities && Math.max(...probabilities);
      rows.forEach(({ row, share }, digit) => {
        const probability = probabilities?.[digit] ?? 0;
        row.style.setProperty('--probability', probability);
        row.classList.toggle('highest', probability === highest);
        row.classList.toggle('candidate', probabilities !== null && candidates.length > 1 && candidates.includes(digit));
        share.textContent = probabilities ? percent(probability) : '';
      });
    },
  };
}
