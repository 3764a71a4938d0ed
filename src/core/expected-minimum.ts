import { logFactorial } from "./log-factorial.js";

/** Below this mean the table is fine, and above it coarse, in steps of the root of the mean. */
const fineRoot = 20;
const fineStep = 0.25;
const coarseStep = 1;
const largestRoot = 128;

/** Terms of the sums smaller than this are left out. */
const negligible = 1e-15;

/**
 * Expected least of `count` independent Poisson counts of the same mean: Σ P(X > k)^count over k = 0, 1, …
 *
 * @param mean - at least 0
 * @param count - whole, at least 1
 */
export function expectedMinimum(mean: number, count: number): number {
  if (mean <= 0) return 0;
  // Nine standard deviations below the mean no count is left out; from 0 where that is hardly shorter.
  const low = Math.floor(mean - 9 * Math.sqrt(mean) - 9);
  const first = low < 10 ? 0 : low;
  let share = first === 0 ? Math.exp(-mean) : Math.exp(first * Math.log(mean) - mean - logFactorial(first));
  let above = 1 - share;
  let sum = first;
  for (let k = first; above > 0; k++) {
    const term = above ** count;
    // What is left of `above` behind the last share is rounding.
    if (term < negligible || (k > mean && share < negligible)) break;
    sum += term;
    share *= mean / (k + 1);
    above -= share;
  }
  return sum;
}

/**
 * The inverse of {@link expectedMinimum} for one `count`: which mean has this expected minimum. It interpolates between
 * tabulated means; behind the table, from a mean of 16,384 on, E = μ − a·√μ + c with a and c of its last two entries.
 * A value below 0, which no Poisson count has, is its own mean.
 */
export function createMinimumInverse(count: number): (minimum: number) => number {
  const means: number[] = [];
  for (let root = 0; root <= largestRoot; root += root < fineRoot ? fineStep : coarseStep) means.push(root * root);
  const minima = Float64Array.from(means, (mean) => expectedMinimum(mean, count));
  const last = means.length - 1;
  const slope = (means[last] - means[last - 1] - (minima[last] - minima[last - 1])) / coarseStep;
  const constant = minima[last] - means[last] + slope * largestRoot;

  return (minimum) => {
    if (!(minimum > 0)) return minimum;
    if (minimum >= minima[last]) {
      const root = slope / 2 + Math.sqrt((slope * slope) / 4 + minimum - constant);
      return root * root;
    }
    let low = 0;
    let high = last;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (minima[middle] <= minimum) low = middle;
      else high = middle;
    }
    const part = (minimum - minima[low]) / (minima[high] - minima[low]);
    return means[low] + part * (means[high] - means[low]);
  };
}
