import { errorFunction } from "./error-function.js";

// Beyond 5 sigma a Gaussian has 6e-7 of its light.
const reachSigmas = 5;
const columnShares = new Float64Array(2048);

/**
 * Adds a Gaussian spot, integrated over each pixel: photons · ¼ [erf((j+1−x)/√2σ) − erf((j−x)/√2σ)] · [the same in y].
 *
 * @param image - `[height, width]`, changed
 * @param xPixels - centre; pixel i spans [i, i + 1)
 * @param sigmaPixels - at most 200
 * @param photons - sum of the whole spot, in the unit of the image
 */
export function addPointSpread(
  image: Float32Array,
  width: number,
  height: number,
  xPixels: number,
  yPixels: number,
  sigmaPixels: number,
  photons: number,
): void {
  const reach = reachSigmas * sigmaPixels;
  const left = Math.max(0, Math.floor(xPixels - reach));
  const right = Math.min(width - 1, Math.floor(xPixels + reach));
  const top = Math.max(0, Math.floor(yPixels - reach));
  const bottom = Math.min(height - 1, Math.floor(yPixels + reach));
  const scale = 1 / (Math.SQRT2 * sigmaPixels);

  let edge = errorFunction((left - xPixels) * scale);
  for (let column = left; column <= right; column++) {
    const next = errorFunction((column + 1 - xPixels) * scale);
    columnShares[column - left] = 0.5 * (next - edge);
    edge = next;
  }
  edge = errorFunction((top - yPixels) * scale);
  for (let row = top; row <= bottom; row++) {
    const next = errorFunction((row + 1 - yPixels) * scale);
    const rowPhotons = photons * 0.5 * (next - edge);
    edge = next;
    for (let column = left; column <= right; column++) {
      image[row * width + column] += rowPhotons * columnShares[column - left];
    }
  }
}
