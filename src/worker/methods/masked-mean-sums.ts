import type { SampleArray } from "../../core/frames.js";
import type { SeparatedBlock } from "../engines/engine.js";

/** Frames of a window with their masks, and sums of them, by which the mean of a window comes from that of the one before. */
export interface MaskedMeanSums {
  /** `[pixels]` of each slot, filled by the caller. */
  readonly frames: readonly SampleArray[];
  readonly outputs: readonly [SeparatedBlock, SeparatedBlock];
  /**
   * Finds the molecules in a frame.
   *
   * @param place - 0 to 2, where that is kept for {@link mask}
   * @param sparse - S of that frame, `[pixels]`
   */
  find(place: number, sparse: Float32Array): void;
  /**
   * Makes the mask of the frame in a slot: what was found in any of three places.
   *
   * @param places - the same one twice or three times where there are fewer
   */
  mask(slot: number, places: readonly [number, number, number]): void;
  /** Forgets all frames. */
  clear(): void;
  /**
   * Takes a masked frame into the sums, and the oldest one out of them.
   *
   * @param leaving - slot of the oldest frame, or −1 while the window fills
   */
  slide(entering: number, leaving: number): void;
  /** Forgets which frames are near. */
  clearNear(): void;
  /**
   * Takes a frame of the window to those that are near, and another one from them.
   *
   * @param leaving - slot of that, or −1 for none
   */
  slideNear(entering: number, leaving: number): void;
  /**
   * Finds the background: the mean of the window, corrected by the near frames.
   *
   * @param nearSlots - those that {@link slideNear} was told of
   */
  estimate(nearSlots: readonly number[]): void;
  /**
   * Writes a frame without its background, and that, as {@link estimate} found it, as frame `place` of `outputs[into]`.
   *
   * @returns how many values did not fit 16 bits and were set to the nearest limit
   */
  write(slot: number, place: number, into: 0 | 1): number;
}

/**
 * Sums of the tiles of several frames, anew each time: so what a very bright frame does to the digits of a sum leaves with it.
 *
 * @param tiles - of each slot
 * @param out - as many
 */
export function sumNear(tiles: readonly Float64Array[], nearSlots: readonly number[], out: Float64Array): void {
  out.fill(0);
  for (const slot of nearSlots) {
    const ofFrame = tiles[slot];
    for (let tile = 0; tile < out.length; tile++) out[tile] += ofFrame[tile];
  }
}
