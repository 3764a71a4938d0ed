/** Weights of a Gaussian, cut off at 3 sigma, from its left end to its right one; together 1. */
export function gaussianWeights(sigma: number): Float32Array<ArrayBuffer> {
  const reach = Math.ceil(3 * sigma);
  const weights = new Float64Array(2 * reach + 1);
  let sum = 0;
  for (let k = -reach; k <= reach; k++) sum += weights[k + reach] = Math.exp(-0.5 * (k / sigma) ** 2);
  return Float32Array.from(weights, (weight) => weight / sum);
}

/**
 * Gaussian blur, rows then columns, cut off at 3 sigma; beyond the edges the image goes on as in a mirror. Each step is
 * rounded to float32, so that the kernel in `src/kernels/assembly/masked-mean-mask.ts` gives the same bits.
 *
 * @param image - `[height, width]`
 * @param sigma - in pixels, above 0
 */
export function gaussianBlur(image: Float32Array, width: number, height: number, sigma: number): Float32Array {
  const weights = gaussianWeights(sigma);
  const reach = (weights.length - 1) / 2;
  const rows = new Float32Array(image.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let value = Math.fround(0);
      for (let k = -reach; k <= reach; k++) {
        const term = Math.fround(weights[k + reach] * image[row * width + mirrored(column + k, width)]);
        value = Math.fround(value + term);
      }
      rows[row * width + column] = value;
    }
  }
  const out = new Float32Array(image.length);
  for (let row = 0; row < height; row++) {
    for (let k = -reach; k <= reach; k++) {
      const from = mirrored(row + k, height) * width;
      const weight = weights[k + reach];
      for (let column = 0; column < width; column++) {
        out[row * width + column] += Math.fround(weight * rows[from + column]);
      }
    }
  }
  return out;
}

/** The pixel that a mirror at the edges shows; further out than the size of the image, the edge pixel. */
function mirrored(index: number, size: number): number {
  const inside = index < 0 ? -1 - index : index >= size ? 2 * size - 1 - index : index;
  return Math.min(Math.max(inside, 0), size - 1);
}
