import type { NormType } from "./configuration.js";
import { SlnetError } from "./errors.js";
import type { SampleArray } from "./frames.js";

/**
 * How camera counts are scaled for the network. Plain data; statistics are of the training frames, less the offset, and
 * `null` where a file of another program does not hold them.
 */
export interface Normalisation {
  readonly type: NormType;
  /** Camera offset that is subtracted first, in ADU. */
  readonly offsetAdu: number;
  /** Largest pixel, in ADU above the offset. */
  readonly maximum: number | null;
  /** Mean pixel, in ADU above the offset. */
  readonly mean: number | null;
  /** Standard deviation of the pixels with N − 1, in ADU. */
  readonly standardDeviation: number | null;
}

/** What a normalisation divides by: nothing, or one of its statistics. */
const divisors = {
  [-1]: null,
  0: "standardDeviation",
  1: "standardDeviation",
  2: "maximum",
  3: "standardDeviation",
} as const satisfies Record<NormType, keyof Normalisation | null>;

/**
 * The statistics of a normalisation that are needed and not known. Without them it can still be used by a network without
 * bias, as long as it only divides: what a linear network gives for scaled counts is scaled in the same way.
 */
export function missingStatistics(normalisation: Normalisation): ("maximum" | "mean" | "standardDeviation")[] {
  const divisor = divisors[normalisation.type];
  const needed = [...(divisor ? [divisor] : []), ...(normalisation.type === 1 ? (["mean"] as const) : [])];
  return needed.filter((statistic) => normalisation[statistic] === null);
}

/** A normalisation as the map it is: normalised = (counts − shift) / scale. */
export interface AffineScaling {
  /** In ADU, with the camera offset in it. */
  readonly shift: number;
  /** In ADU, above 0. */
  readonly scale: number;
}

/** The map that a normalisation stands for (types as in {@link NormType}). Counts stay as they are where it is not known. */
export function affineOf(normalisation: Normalisation): AffineScaling {
  const { type, offsetAdu, mean } = normalisation;
  const divisor = divisors[type];
  const scale = (divisor && normalisation[divisor]) ?? 1;
  return { shift: offsetAdu + (type === 1 ? (mean ?? 0) : 0), scale: type === 0 ? 2 * scale : scale };
}

/** Gathers what a normalisation needs to know, frame by frame. */
export interface Statistics {
  /** Counts every pixel of `samples`, in ADU. */
  add(samples: SampleArray): void;
  /**
   * The normalisation for what was added so far.
   *
   * @param offsetAdu - subtracted from every pixel, in ADU
   * @throws {@link SlnetError} `bad-input` if nothing was added, or the constant that `type` divides by is not above 0
   */
  finish(type: NormType, offsetAdu: number): MeasuredNormalisation;
}

/** A normalisation whose statistics are all known. */
type MeasuredNormalisation = { readonly [K in keyof Normalisation]: NonNullable<Normalisation[K]> };

/**
 * Statistics without samples. Mean and variance of each added array are found in two passes and merged by Chan, Golub
 * and LeVeque's update ("Algorithms for computing the sample variance", 1983), so that counts far from zero lose no digits.
 */
export function createStatistics(): Statistics {
  let count = 0;
  let maximum = -Infinity;
  let mean = 0;
  /** Σ (x − mean)² */
  let squares = 0;
  return {
    add(samples) {
      const added = samples.length;
      if (added === 0) return;
      let sum = 0;
      for (let i = 0; i < added; i++) {
        const value = samples[i];
        sum += value;
        if (value > maximum) maximum = value;
      }
      const addedMean = sum / added;
      let addedSquares = 0;
      for (let i = 0; i < added; i++) {
        const difference = samples[i] - addedMean;
        addedSquares += difference * difference;
      }
      const difference = addedMean - mean;
      const total = count + added;
      squares += addedSquares + difference * difference * count * (added / total);
      mean += difference * (added / total);
      count = total;
    },
    finish(type, offsetAdu) {
      if (count === 0)
        throw new SlnetError("bad-input", "normalisation: there are no pixels, expected at least one frame");
      const normalisation: MeasuredNormalisation = {
        type,
        offsetAdu,
        maximum: maximum - offsetAdu,
        mean: mean - offsetAdu,
        standardDeviation: count > 1 ? Math.sqrt(squares / (count - 1)) : 0,
      };
      requireScale(normalisation);
      return normalisation;
    },
  };
}

function requireScale(normalisation: MeasuredNormalisation): void {
  const { scale } = affineOf(normalisation);
  if (scale > 0 && scale < Infinity) return;
  const { type, offsetAdu, maximum, mean, standardDeviation } = normalisation;
  if (type === 2) {
    throw new SlnetError(
      "bad-input",
      `normalisation by the maximum: the largest pixel is ${maximum + offsetAdu} ADU, expected more than the camera offset of ${offsetAdu} ADU`,
    );
  }
  const found =
    standardDeviation === 0 ? `all pixels are equal (${mean + offsetAdu} ADU)` : "the pixels are not finite";
  throw new SlnetError(
    "bad-input",
    `normalisation by the standard deviation: ${found}, expected a standard deviation above 0 ADU`,
  );
}
