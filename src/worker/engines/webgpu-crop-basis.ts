import type { SampleArray } from "../../core/frames.js";
import type { ComposedNetwork } from "../../core/network.js";
import { symmetricEigen } from "../../core/symmetric-eigen.js";

/** Pixels of a crop that its basis is made from. */
const pixelsSeen = 256;

/** One crop of a batch, in the frames as they are stored. */
interface CropView {
  readonly samples: SampleArray;
  /** Where the first pixel of the crop is, for each frame of the window. */
  readonly starts: readonly number[];
  /** Samples from one row of a frame to the next. */
  readonly stride: number;
  readonly side: number;
  /** Normalised counts are (samples − shift) · scale. */
  readonly shift: number;
  readonly scale: number;
}

/**
 * An orthogonal basis in which the rows of D = relu(W·x + b) are nearly uncorrelated over the crop: eigenvectors of the
 * Gram matrix of some of its pixels. What it is made from decides how exact the 32-bit sums are, and nothing else.
 *
 * @returns `[n, n]`, column k is vector k
 */
export function cropBasis({ matrix, bias }: ComposedNetwork, crop: CropView): Float64Array {
  const n = crop.starts.length;
  const pixels = crop.side ** 2;
  const count = Math.min(pixels, pixelsSeen);
  // Odd, so that the places are spread over the columns of crops whose side is a power of two.
  const step = 2 * Math.floor(pixels / count / 2) + 1;
  const x = new Float64Array(n);
  const d = new Float64Array(n);
  const gram = new Float64Array(n * n);
  for (let place = 0; place < count; place++) {
    const pixel = (place * step) % pixels;
    const at = Math.floor(pixel / crop.side) * crop.stride + (pixel % crop.side);
    for (let i = 0; i < n; i++) x[i] = (crop.samples[crop.starts[i] + at] - crop.shift) * crop.scale;
    for (let j = 0; j < n; j++) {
      let z = bias[j];
      for (let i = 0; i < n; i++) z += matrix[j * n + i] * x[i];
      d[j] = Math.max(z, 0);
      for (let k = 0; k <= j; k++) gram[j * n + k] += d[j] * d[k];
    }
  }
  for (let j = 0; j < n; j++) for (let k = 0; k < j; k++) gram[k * n + j] = gram[j * n + k];
  return symmetricEigen(gram, n).vectors;
}
