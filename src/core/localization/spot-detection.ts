import type { SampleArray } from "../frames.js";
import { createWaveletFilter } from "./wavelet-filter.js";

/** Pixels at which something stands out. */
export interface DetectedSpots {
  readonly count: number;
  /** Column of each, the first `count` are valid, in row-major order. Overwritten by the next detection. */
  readonly columns: Uint32Array;
  readonly rows: Uint32Array;
  /** What F2 had to exceed, in the unit of the image. */
  readonly threshold: number;
}

export interface SpotDetector {
  /**
   * Finds spots: pixels whose F2 is above `thresholdFactor` · std(F1) and above that of their eight neighbours. Of equal
   * neighbours the first in row-major order counts.
   *
   * @param image - to look for spots in: `[height, width]`, finite
   * @param noiseImage - where F1 is taken from, if not from `image`. A frame that was clipped at 0 has hardly any noise
   *   left, and a threshold from it would let the rest of the noise through: give the frame before clipping.
   */
  detect(image: SampleArray, noiseImage?: SampleArray): DetectedSpots;
}

/**
 * A detector for images of one size (filter and threshold: Izeddin et al. 2012, where the factor is 0.5 to 2).
 *
 * @param thresholdFactor - above 0
 */
export function createSpotDetector(height: number, width: number, thresholdFactor: number): SpotDetector {
  const filter = createWaveletFilter(height, width);
  const { spots } = filter;
  let columns = new Uint32Array(256);
  let rows = new Uint32Array(256);

  const isMaximum = (row: number, column: number): boolean => {
    const value = spots[row * width + column];
    const left = Math.max(0, column - 1);
    const right = Math.min(width - 1, column + 1);
    const bottom = Math.min(height - 1, row + 1);
    for (let y = Math.max(0, row - 1); y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const neighbour = spots[y * width + x];
        if (neighbour > value) return false;
        if (neighbour === value && (y < row || (y === row && x < column))) return false;
      }
    }
    return true;
  };

  return {
    detect(image, noiseImage) {
      const noise = noiseImage === undefined ? null : filter.noise(noiseImage);
      const own = filter.apply(image);
      const threshold = thresholdFactor * (noise ?? own);
      let count = 0;
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          if (!(spots[row * width + column] > threshold) || !isMaximum(row, column)) continue;
          if (count === columns.length) {
            columns = doubled(columns);
            rows = doubled(rows);
          }
          columns[count] = column;
          rows[count] = row;
          count++;
        }
      }
      return { count, columns, rows, threshold };
    },
  };
}

function doubled(values: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * values.length);
  larger.set(values);
  return larger;
}
