import type { SampleArray } from "../frames.js";
import { residualAutocorrelation } from "./residual-autocorrelation.js";

/** What is said of frames and of what a background leaves of them. */
export interface FollowedResiduals {
  /** Mean of the frames, and of what is left of them, `[height, width]`, in ADU. */
  readonly mean: Float32Array;
  readonly meanLeft: Float32Array;
  /** Of what is left, one frame later: see {@link residualAutocorrelation}. */
  readonly residualAutocorrelation: number | null;
  /** Share of the pixels above the background. */
  readonly keptShare: number;
}

/** Pixels whose traces are followed, spread evenly. */
const tracedPixels = 400;

/** Follows what a background leaves of frames, and keeps of them no more than sums and the traces of some pixels. */
export class ResidualFollower {
  readonly #from: number;
  readonly #length: number;
  readonly #pixels: number;
  /** Every so many pixels one is followed. */
  readonly #step: number;
  /** `[followed pixels, frames]`. */
  readonly #traces: Float32Array;
  readonly #sums: Float64Array;
  readonly #left: Float64Array;
  #frames = 0;
  #above = 0;

  /**
   * @param pixels - of a frame
   * @param from - the first frame
   * @param to - behind the last frame
   */
  constructor(pixels: number, from: number, to: number) {
    this.#from = from;
    this.#length = to - from;
    this.#pixels = pixels;
    this.#step = Math.max(1, Math.floor(pixels / tracedPixels));
    this.#traces = new Float32Array(Math.floor(pixels / this.#step) * this.#length);
    this.#sums = new Float64Array(pixels);
    this.#left = new Float64Array(pixels);
  }

  /**
   * Takes the next frames, in their order.
   *
   * @param from - index of the first of them
   * @param counts - `[frames, height, width]`, in ADU
   * @param background - the same shape
   */
  add(from: number, to: number, counts: SampleArray, background: Float32Array): void {
    const pixels = this.#pixels;
    const followed = Math.floor(pixels / this.#step);
    const [sums, left] = [this.#sums, this.#left];
    for (let frame = from; frame < to; frame++) {
      const start = (frame - from) * pixels;
      for (let i = 0; i < pixels; i++) {
        const residual = counts[start + i] - background[start + i];
        sums[i] += counts[start + i];
        left[i] += residual;
        if (residual > 0) this.#above++;
      }
      for (let trace = 0; trace < followed; trace++) {
        const i = start + trace * this.#step;
        this.#traces[trace * this.#length + frame - this.#from] = counts[i] - background[i];
      }
      this.#frames++;
    }
  }

  /** To be called once all frames were added. */
  finish(): FollowedResiduals {
    const meanOf = (values: Float64Array): Float32Array => Float32Array.from(values, (value) => value / this.#frames);
    return {
      mean: meanOf(this.#sums),
      meanLeft: meanOf(this.#left),
      residualAutocorrelation: residualAutocorrelation(this.#traces, this.#length, 1),
      keptShare: this.#above / (this.#frames * this.#pixels),
    };
  }
}
