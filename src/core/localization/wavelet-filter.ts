import type { SampleArray } from "../frames.js";

/** Taps of the cubic B-spline, [1 4 6 4 1]/16. */
const outerTap = 1 / 16;
const innerTap = 4 / 16;
const centreTap = 6 / 16;

/**
 * The first two planes of the à trous wavelet transform with a cubic B-spline. Izeddin et al., "Wavelet analysis for
 * single molecule localization microscopy", Optics Express 20 (2012):
 *
 *     V1 = I ∗ k1 ∗ k1ᵀ    V2 = V1 ∗ k2 ∗ k2ᵀ    F1 = I − V1    F2 = V1 − V2
 *
 * with k1 = [1 4 6 4 1]/16 and k2 the same with a zero between any two taps. F1 is mostly noise; F2 holds what has the
 * size of a spot, and neither a flat background nor a slope. Beyond the edge the image is mirrored at its border pixels.
 */
export interface WaveletFilter {
  /** F2 of the last image: `[height, width]`, in the unit of the image. Overwritten by the next. */
  readonly spots: Float32Array;
  /**
   * Transforms an image.
   *
   * @param image - `[height, width]`, finite
   * @returns the standard deviation of F1, in the unit of the image
   */
  apply(image: SampleArray): number;
  /** The standard deviation of F1 alone, at less than half the cost. `spots` is lost. */
  noise(image: SampleArray): number;
}

/**
 * A filter for images of one size. It holds three of them.
 *
 * @param height - at least 1
 * @param width - at least 1
 */
export function createWaveletFilter(height: number, width: number): WaveletFilter {
  const pixels = height * width;
  const columnsDone = new Float32Array(pixels);
  const smooth = new Float32Array(pixels);
  const spots = new Float32Array(pixels);

  const noise = (image: SampleArray): number => {
    smoothColumns(image, height, width, 1, columnsDone);
    smoothRows(columnsDone, height, width, 1, smooth);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < pixels; i++) {
      const detail = image[i] - smooth[i];
      sum += detail;
      squares += detail * detail;
    }
    const mean = sum / pixels;
    return Math.sqrt(Math.max(0, squares / pixels - mean * mean));
  };

  return {
    spots,
    noise,
    apply(image) {
      const deviation = noise(image);
      smoothColumns(smooth, height, width, 2, columnsDone);
      smoothRows(columnsDone, height, width, 2, spots);
      for (let i = 0; i < pixels; i++) spots[i] = smooth[i] - spots[i];
      return deviation;
    },
  };
}

/** Smooths along y, with the taps so many pixels apart. */
function smoothColumns(image: SampleArray, height: number, width: number, gap: number, out: Float32Array): void {
  for (let row = 0; row < height; row++) {
    const here = row * width;
    const above = mirrored(row - gap, height) * width;
    const below = mirrored(row + gap, height) * width;
    const farAbove = mirrored(row - 2 * gap, height) * width;
    const farBelow = mirrored(row + 2 * gap, height) * width;
    for (let x = 0; x < width; x++) {
      out[here + x] =
        centreTap * image[here + x] +
        innerTap * (image[above + x] + image[below + x]) +
        outerTap * (image[farAbove + x] + image[farBelow + x]);
    }
  }
}

/** Smooths along x. */
function smoothRows(image: Float32Array, height: number, width: number, gap: number, out: Float32Array): void {
  const reach = 2 * gap;
  const innerFrom = Math.min(reach, width);
  const innerTo = Math.max(innerFrom, width - reach);
  for (let row = 0; row < height; row++) {
    const start = row * width;
    const smoothNearEdge = (x: number): void => {
      out[start + x] =
        centreTap * image[start + x] +
        innerTap * (image[start + mirrored(x - gap, width)] + image[start + mirrored(x + gap, width)]) +
        outerTap * (image[start + mirrored(x - reach, width)] + image[start + mirrored(x + reach, width)]);
    };
    for (let x = 0; x < innerFrom; x++) smoothNearEdge(x);
    for (let i = start + innerFrom; i < start + innerTo; i++) {
      out[i] =
        centreTap * image[i] +
        innerTap * (image[i - gap] + image[i + gap]) +
        outerTap * (image[i - reach] + image[i + reach]);
    }
    for (let x = innerTo; x < width; x++) smoothNearEdge(x);
  }
}

/** Index within [0, size) of one that may lie beyond, by reflection at the first and last pixel, which do not repeat. */
function mirrored(index: number, size: number): number {
  if (size === 1) return 0;
  let reflected = index;
  while (reflected < 0 || reflected >= size) {
    reflected = reflected < 0 ? -reflected : 2 * (size - 1) - reflected;
  }
  return reflected;
}
