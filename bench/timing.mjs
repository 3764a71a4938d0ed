/** The middle value; the mean of the two in the middle where there is an even number. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value that a share of the values does not exceed. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

/**
 * Takes turns: one value of each contestant, then again one of each, so that whatever else the machine does meets all
 * alike. A first round warms up and is left out.
 *
 * @param {readonly (() => Promise<number>)[]} contestants
 * @param {number} rounds
 * @returns {Promise<number[][]>} for each contestant its values
 */
export async function takeTurns(contestants, rounds) {
  const values = contestants.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, contestant] of contestants.entries()) {
      const value = await contestant();
      if (round > 0) values[index].push(value);
    }
  }
  return values;
}

/** Median of `above / below`, each pair of one round. */
export function medianRatio(above, below) {
  return median(above.map((value, round) => value / below[round]));
}
