import { gaussianBlur } from "../gaussian-blur.js";

export interface SuperResolutionErrors {
  /** Pearson correlation of the blurred super-resolution image with the wide-field one, −1 to 1 (RSP). */
  readonly correlation: number;
  /** Root of the mean squared difference, in the unit of the wide-field image (RSE). */
  readonly error: number;
  /** Width of the blur that fits best, in pixels of the images. */
  readonly sigmaPixels: number;
  /** |difference| in each pixel. */
  readonly map: Float32Array;
}

/** Widths between which the blur is sought, in pixels, and how often the bracket is narrowed. */
const narrowest = 0.3;
const widest = 12;
const narrowings = 30;

/**
 * How well a super-resolution image explains the wide-field one: α · (super-resolution blurred by a Gaussian) + β is fitted
 * by least squares, over α, β and the width. Culley et al., Nature Methods 15 (2018), doi 10.1038/nmeth.4605 (SQUIRREL).
 *
 * The trap: the mean of the raw frames has the background in it that is to be removed, so the correlation rewards keeping
 * it. Compare with the mean of frames less their median as well.
 *
 * @param superResolution - `[height, width]`, on the grid of the wide-field image
 * @param wideField - the same shape
 */
export function superResolutionErrors(
  superResolution: Float32Array,
  wideField: Float32Array,
  width: number,
  height: number,
): SuperResolutionErrors {
  const fitAt = (sigma: number): Fit => fit(gaussianBlur(superResolution, width, height, sigma), wideField);
  // Golden section over the logarithm of the width; the error has one minimum between none and far too much blur.
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(narrowest), Math.log(widest)];
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [leftFit, rightFit] = [fitAt(Math.exp(left)), fitAt(Math.exp(right))];
  for (let i = 0; i < narrowings; i++) {
    if (leftFit.error < rightFit.error) {
      [high, right, rightFit] = [right, left, leftFit];
      left = high - golden * (high - low);
      leftFit = fitAt(Math.exp(left));
    } else {
      [low, left, leftFit] = [left, right, rightFit];
      right = low + golden * (high - low);
      rightFit = fitAt(Math.exp(right));
    }
  }
  const sigmaPixels = Math.exp((low + high) / 2);
  return { ...fitAt(sigmaPixels), sigmaPixels };
}

type Fit = Omit<SuperResolutionErrors, "sigmaPixels">;

function fit(blurred: Float32Array, wideField: Float32Array): Fit {
  const pixels = wideField.length;
  let [meanX, meanY] = [0, 0];
  for (let i = 0; i < pixels; i++) {
    meanX += blurred[i] / pixels;
    meanY += wideField[i] / pixels;
  }
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < pixels; i++) {
    const [x, y] = [blurred[i] - meanX, wideField[i] - meanY];
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  const scale = xx > 0 ? xy / xx : 0;
  const map = new Float32Array(pixels);
  let squares = 0;
  for (let i = 0; i < pixels; i++) {
    const difference = wideField[i] - meanY - scale * (blurred[i] - meanX);
    squares += difference * difference;
    map[i] = Math.abs(difference);
  }
  return { correlation: xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0, error: Math.sqrt(squares / pixels), map };
}
