import type { SampleArray } from "../../core/frames.js";
import type { SeparatedBlock } from "../engines/engine.js";

/** Frames of a window with their masks, and sums of them, by which the mean of a window comes from that of the one before. */
export interface MaskedMeanSums {
  /** `[pixels]` of each slot, filled by the caller. */
  readonly frames: readonly SampleArray[];
  readonly outputs: readonly [SeparatedBlock, SeparatedBlock];
  /**
   * Finds the molecules in the frame of a slot.
   *
   * @param sparse - S of that frame, `[pixels]`
   */
  mask(slot: number, sparse: Float32Array): void;
  /** Forgets all frames. */
  clear(): void;
  /**
   * Takes a masked frame into the sums, and the oldest one out of them.
   *
   * @param leaving - slot of the oldest frame, or −1 while the window fills
   */
  slide(entering: number, leaving: number): void;
  /**
   * Writes a frame without the mean of the window, and that mean, as frame `place` of `outputs[into]`.
   *
   * @returns how many values did not fit 16 bits and were set to the nearest limit
   */
  write(slot: number, place: number, into: 0 | 1): number;
}
