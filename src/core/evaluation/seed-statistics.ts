/** A figure over several seeds. */
export interface SeedStatistics {
  readonly mean: number;
  /** With n − 1; `null` for a single seed. */
  readonly standardDeviation: number | null;
  /** Seeds that have the figure. */
  readonly count: number;
}

/** @returns `null` where no seed has the figure */
export function seedStatistics(values: readonly (number | null)[]): SeedStatistics | null {
  const given = values.filter((value) => value !== null);
  const count = given.length;
  if (count === 0) return null;
  const mean = given.reduce((sum, value) => sum + value, 0) / count;
  const squares = given.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardDeviation: count > 1 ? Math.sqrt(squares / (count - 1)) : null, count };
}

/** A mean with its 95 % confidence interval; the ends are infinite for a single seed. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Mean of differences between two methods on the same recordings, and where the true one is by Student's t. Of pairs the
 * recordings' own differences drop out, which are far larger than those of the methods.
 *
 * @param differences - one for each seed, at least one
 */
export function meanInterval(differences: readonly number[]): Interval {
  const statistics = seedStatistics(differences);
  const mean = statistics?.mean ?? 0;
  const deviation = statistics?.standardDeviation ?? Infinity;
  const reach = deviation === 0 ? 0 : (quantile(differences.length - 1) * deviation) / Math.sqrt(differences.length);
  return { mean, low: mean - reach, high: mean + reach };
}

/** 97.5 % quantiles of Student's t for 1 to 10 degrees of freedom; from the tables. */
const quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

/** Beyond the table by the expansion of Cornish and Fisher about the normal quantile z; right to 0.002 from there on. */
function quantile(freedom: number): number {
  if (freedom <= quantiles.length) return quantiles[freedom - 1] ?? Infinity;
  const z = 1.959964;
  return z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
}
