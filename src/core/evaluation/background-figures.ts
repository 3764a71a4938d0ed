/** How an estimated background compares with the expected one, over many frames. */
export interface BackgroundFigures {
  /** Mean of (estimate − truth), over the pixels without molecules, in the unit of the frames. */
  readonly bias: number;
  /** Root of the mean squared difference over these pixels, in the unit of the frames. */
  readonly rmse: number;
  /** `bias` as a share of the mean true background there. */
  readonly relativeBias: number;
  /**
   * Σ S·E / Σ E² over all pixels, with the sparse part S and the expected light E of the molecules: 1 where all of
   * their light is kept, 0 where none is.
   */
  readonly keptLight: number;
  /** Pixels that `bias` and `rmse` are over. */
  readonly pixels: number;
}

/** Sums {@link BackgroundFigures} frame by frame. */
export class BackgroundSums {
  readonly #offset: number;
  readonly #darkBelow: number;
  #pixels = 0;
  #difference = 0;
  #squares = 0;
  #truth = 0;
  #kept = 0;
  #energy = 0;

  /**
   * @param offset - of the camera, in the unit of the frames: is no background
   * @param darkBelow - pixels with less expected light of molecules than this count as without
   */
  constructor(offset: number, darkBelow: number) {
    this.#offset = offset;
    this.#darkBelow = darkBelow;
  }

  /** Each array `[height, width]`, of the same unit. `sparse` is what the method leaves of the frame, without offset. */
  add(
    estimate: ArrayLike<number>,
    truth: ArrayLike<number>,
    signal: ArrayLike<number>,
    sparse: ArrayLike<number>,
  ): void {
    for (let i = 0; i < truth.length; i++) {
      const light = signal[i];
      this.#kept += sparse[i] * light;
      this.#energy += light * light;
      if (light >= this.#darkBelow) continue;
      const difference = estimate[i] - truth[i];
      this.#pixels++;
      this.#difference += difference;
      this.#squares += difference * difference;
      this.#truth += truth[i] - this.#offset;
    }
  }

  figures(): BackgroundFigures {
    const pixels = Math.max(1, this.#pixels);
    const bias = this.#difference / pixels;
    return {
      bias,
      rmse: Math.sqrt(this.#squares / pixels),
      relativeBias: this.#truth > 0 ? this.#difference / this.#truth : 0,
      keptLight: this.#energy > 0 ? this.#kept / this.#energy : 0,
      pixels: this.#pixels,
    };
  }
}
