import type { SampleArray } from "./frames.js";

/** Maximum, mean and standard deviation of each pixel, each `[pixels]`. */
export interface ProjectedPixels {
  readonly maximum: Float32Array<ArrayBuffer>;
  readonly mean: Float32Array<ArrayBuffer>;
  /** With N − 1; 0 for a single frame. */
  readonly standardDeviation: Float32Array<ArrayBuffer>;
}

/** Gathers what projections over time need, frame by frame. */
export interface ProjectionSums {
  /** Counts frames, `[frames, pixels]`. */
  add(samples: SampleArray): void;
  /** Of the frames added, at least one. */
  finish(): ProjectedPixels;
}

/** Bytes of the sums for each pixel: first value and maximum in float32, two sums in float64. */
export const projectionBytesPerPixel = 24;

/**
 * Sums are of differences from the first frame, in float64: counts of a camera add up exactly, and a large offset takes
 * no digits from a small variance.
 *
 * @param pixels - of one frame
 */
export function createProjectionSums(pixels: number): ProjectionSums {
  const first = new Float32Array(pixels);
  const maximum = new Float32Array(pixels);
  const sums = new Float64Array(pixels);
  const squares = new Float64Array(pixels);
  let count = 0;
  return {
    add(samples) {
      for (let start = 0; start < samples.length; start += pixels) {
        if (count++ === 0) {
          first.set(samples.subarray(0, pixels));
          maximum.set(first);
          continue;
        }
        for (let i = 0; i < pixels; i++) {
          const value = samples[start + i];
          const difference = value - first[i];
          if (value > maximum[i]) maximum[i] = value;
          sums[i] += difference;
          squares[i] += difference * difference;
        }
      }
    },
    finish() {
      const mean = new Float32Array(pixels);
      const standardDeviation = new Float32Array(pixels);
      for (let i = 0; i < pixels; i++) {
        const shift = sums[i] / count;
        mean[i] = first[i] + shift;
        if (count > 1) standardDeviation[i] = Math.sqrt(Math.max(0, squares[i] - sums[i] * shift) / (count - 1));
      }
      return { maximum, mean, standardDeviation };
    },
  };
}
