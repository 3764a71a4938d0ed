import type { Emitter } from "../simulation.js";
import { medianOf } from "./median-of.js";

/** Figures of a separation against a known truth, in camera counts, as the published code's own runs were measured by. */
export interface PublishedFigures {
  /** Root of the mean squared difference of the background to the true one, over all pixels, in ADU. */
  readonly backgroundRmseAdu: number;
  /** Mean of the background less the true one, in ADU. */
  readonly backgroundBiasAdu: number;
  /** Largest true signal over the root of the mean squared error of S, in dB. */
  readonly psnrDecibels: number;
  /** Σ E² over Σ (S − E)², in dB, with E the true signal. */
  readonly snrDecibels: number;
  /** Share of the pixels with S > 0. */
  readonly nonzeroShare: number;
  /** Median of Σ S over Σ E in the 7 × 7 pixels around emitters that no other is near; `null` where there are none. */
  readonly keptLight: number | null;
}

/** What one frame is and was made of, each `[height, width]` in ADU. */
export interface SeparatedFrame {
  /** Offset included, like `trueBackground`. */
  readonly lowRank: ArrayLike<number>;
  readonly sparse: ArrayLike<number>;
  readonly trueBackground: ArrayLike<number>;
  /** E, expected light of the emitters. */
  readonly signal: ArrayLike<number>;
  readonly emitters: readonly Emitter[];
}

/** Half the side of the squares around emitters, without the middle. */
const reach = 3;
/** An emitter is isolated where none is within so many pixels: the squares of two would touch, with the skirts of both. */
const isolationPixels = 12;

/** Sums {@link PublishedFigures} frame by frame. */
export class PublishedSums {
  readonly #width: number;
  readonly #height: number;
  readonly #leastPhotons: number;
  readonly #kept: number[] = [];
  #pixels = 0;
  #difference = 0;
  #squares = 0;
  #error = 0;
  #energy = 0;
  #peak = 0;
  #nonzero = 0;

  /** @param leastPhotons - emitters that gave a frame less are not looked at for kept light */
  constructor(width: number, height: number, leastPhotons: number) {
    this.#width = width;
    this.#height = height;
    this.#leastPhotons = leastPhotons;
  }

  add({ lowRank, sparse, trueBackground, signal, emitters }: SeparatedFrame): void {
    for (let i = 0; i < signal.length; i++) {
      const difference = lowRank[i] - trueBackground[i];
      const error = sparse[i] - signal[i];
      this.#difference += difference;
      this.#squares += difference * difference;
      this.#error += error * error;
      this.#energy += signal[i] * signal[i];
      this.#peak = Math.max(this.#peak, signal[i]);
      if (sparse[i] > 0) this.#nonzero++;
    }
    this.#pixels += signal.length;
    for (const emitter of emitters) {
      if (emitter.photons < this.#leastPhotons) continue;
      const { xPixels: x, yPixels: y } = emitter;
      const isAlone = emitters.every(
        (other) => other === emitter || Math.hypot(other.xPixels - x, other.yPixels - y) > isolationPixels,
      );
      const [column, row] = [Math.floor(x), Math.floor(y)];
      const isInside = Math.min(column, row) >= reach && column < this.#width - reach && row < this.#height - reach;
      if (isAlone && isInside) {
        this.#kept.push(this.#squareSum(sparse, column, row) / this.#squareSum(signal, column, row));
      }
    }
  }

  #squareSum(image: ArrayLike<number>, column: number, row: number): number {
    let sum = 0;
    for (let y = row - reach; y <= row + reach; y++) {
      for (let x = column - reach; x <= column + reach; x++) sum += image[y * this.#width + x];
    }
    return sum;
  }

  figures(): PublishedFigures {
    const pixels = Math.max(1, this.#pixels);
    return {
      backgroundRmseAdu: Math.sqrt(this.#squares / pixels),
      backgroundBiasAdu: this.#difference / pixels,
      psnrDecibels: 20 * Math.log10(this.#peak / Math.sqrt(this.#error / pixels)),
      snrDecibels: 10 * Math.log10(this.#energy / this.#error),
      nonzeroShare: this.#nonzero / pixels,
      keptLight: medianOf(this.#kept),
    };
  }
}
