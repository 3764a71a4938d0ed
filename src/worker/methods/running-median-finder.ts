import type { SampleArray } from "../../core/frames.js";
import type { SeparatedBlock, OutputPlans } from "../engines/engine.js";

/** What is to be written, and the room for it. */
export interface OutputRoom {
  readonly plans: OutputPlans;
  /** Frames of one block. */
  readonly frames: number;
}

/** Finds medians of windows that each start one frame behind the one before, and takes them off frames. */
export interface MedianFinder {
  /** `[pixels]` each, filled by the caller. */
  readonly frames: readonly SampleArray[];
  /** `[pixels]` each, one for each window of a block. */
  readonly medians: readonly SampleArray[];
  readonly outputs: readonly [SeparatedBlock, SeparatedBlock];
  /**
   * Says which frames the next calls of `find` are about.
   *
   * @param slots - of the W frames of the first window, and of one more for each further one
   */
  prepare(slots: readonly number[]): void;
  /** Finds the medians of pixels [from, to), of which `from` is a multiple of 64. */
  find(from: number, to: number): void;
  /**
   * Writes a frame without its median, and the median, as frame `place` of `outputs[into]`.
   *
   * @param slot - of the frame
   * @param window - of the block, whose median it is
   * @returns how many values did not fit 16 bits and were set to the nearest limit
   */
  separate(slot: number, window: number, place: number, into: 0 | 1): number;
}
