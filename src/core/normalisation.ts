import type { NormType } from "./configuration.js";
import { SlnetError } from "./errors.js";
import type { SampleArray } from "./frames.js";

/** How camera counts are scaled for the network. Plain data; statistics are of the training frames, less the offset. */
export interface Normalisation {
  readonly type: NormType;
  /** Camera offset that is subtracted first, in ADU. */
  readonly offsetAdu: number;
  /** Largest pixel, in ADU above the offset. */
  readonly maximum: number;
  /** Mean pixel, in ADU above the offset. */
  readonly mean: number;
  /** Standard deviation of the pixels with N − 1, in ADU. */
  readonly standardDeviation: number;
}

/** A normalisation as the map it is: normalised = (counts − shift) / scale. */
export interface AffineScaling {
  /** In ADU, with the camera offset in it. */
  readonly shift: number;
  /** In ADU, above 0. */
  readonly scale: number;
}

/** The map that a normalisation stands for (types as in {@link NormType}). */
export function affineOf({ type, offsetAdu, maximum, mean, standardDeviation }: Normalisation): AffineScaling {
  switch (type) {
    case -1:
      return { shift: offsetAdu, scale: 1 };
    case 0:
      return { shift: offsetAdu, scale: 2 * standardDeviation };
    case 1:
      return { shift: offsetAdu + mean, scale: standardDeviation };
    case 2:
      return { shift: offsetAdu, scale: maximum };
    case 3:
      return { shift: offsetAdu, scale: standardDeviation };
    default:
      return type satisfies never;
  }
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
  finish(type: NormType, offsetAdu: number): Normalisation;
}

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
      const normalisation: Normalisation = {
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

function requireScale(normalisation: Normalisation): void {
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
