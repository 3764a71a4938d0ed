import { SlnetError } from "./errors.js";
import type { Random } from "./random.js";

/** Which windows train and which only validate, as positions in the list of windows. */
export interface WindowSplit {
  readonly training: number[];
  readonly validation: number[];
}

/**
 * Sets ⌈validationSplit · count⌉ windows aside for validation: the first ones, after a shuffle if `shuffle` is set. One
 * window always stays for training.
 *
 * @param count - number of windows, at least 1
 * @param validationSplit - share from 0 to below 1
 */
export function splitWindows(count: number, validationSplit: number, shuffle: boolean, random: Random): WindowSplit {
  const indices = Array.from({ length: count }, (_, index) => index);
  if (shuffle) random.shuffle(indices);
  const held = Math.min(Math.ceil(validationSplit * count), count - 1);
  return { validation: indices.slice(0, held), training: indices.slice(held) };
}

/** The batches of one epoch: all indices once, in a fresh random order; the last batch may be shorter. */
export function drawBatches(indices: readonly number[], batchSize: number, random: Random): number[][] {
  const order = random.shuffle([...indices]);
  const batches: number[][] = [];
  for (let from = 0; from < order.length; from += batchSize) batches.push(order.slice(from, from + batchSize));
  return batches;
}

/** First row and column of a crop. */
export interface CropPosition {
  readonly top: number;
  readonly left: number;
}

/**
 * Where a square crop lies: row and column independent and uniform, so that each row and column of the frame can be in
 * it. (The published code leaves out the last row and column, and takes the width for the height.)
 *
 * @param side - at most `height` and `width`; see {@link fitCropSize}
 */
export function drawCrop(height: number, width: number, side: number, random: Random): CropPosition {
  return { top: random.integer(height - side + 1), left: random.integer(width - side + 1) };
}

/** The side of the crop that is used for a wanted one: it may not exceed the frame. */
export function fitCropSize(side: number, height: number, width: number): number {
  return Math.min(side, height, width);
}

/**
 * Temporal shifts for one training window: 0, then as many as there were, distinct and uniform in [1, largest shift],
 * ascending.
 *
 * @param temporalShifts - ascending from 0
 */
export function drawShifts(temporalShifts: readonly number[], random: Random): number[] {
  const wanted = temporalShifts.length - 1;
  const largest = temporalShifts[wanted];
  if (!(largest >= wanted)) {
    throw new SlnetError(
      "bad-input",
      `random shifts: the largest temporal shift is ${largest}, expected at least ${wanted} for ${wanted + 1} different ones`,
    );
  }
  // Floyd's sampling: each set equally likely, in `wanted` draws whatever the largest shift is.
  const drawn = new Set<number>();
  for (let limit = largest - wanted + 1; limit <= largest; limit++) {
    const candidate = 1 + random.integer(limit);
    drawn.add(drawn.has(candidate) ? limit : candidate);
  }
  return [0, ...[...drawn].sort((a, b) => a - b)];
}
