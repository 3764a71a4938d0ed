/** A block should take about this long: short enough for a cancel to be heard, long enough to hide the hand-over. */
const blockMs = 60;

/** Chooses how many frames make a block, from how long the last one took. */
export class BlockPace {
  readonly #most: number;
  #frames = 1;

  /** @param most - frames of a block at most */
  constructor(most: number) {
    this.#most = most;
  }

  /** Frames of the next block, of `left` that are still to come. */
  next(left: number): number {
    return Math.min(this.#frames, left);
  }

  /** Takes note of how long a block took. */
  took(frames: number, milliseconds: number): void {
    const fitting = Math.floor((frames * blockMs) / Math.max(milliseconds, 0.1));
    this.#frames = Math.max(1, Math.min(this.#most, 4 * this.#frames, fitting));
  }
}
