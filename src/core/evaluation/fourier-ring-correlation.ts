import { fourierTransform, waveNumber, windowedImage } from "./fourier-transform.js";

export interface RingCorrelation {
  /** In periods per nm, one for each ring. */
  readonly frequencies: Float64Array;
  /** −1 to 1. */
  readonly correlations: Float64Array;
  /** 1 / the frequency at which the smoothed curve falls below 1/7, in nm; `null` where it does not. */
  readonly resolutionNm: number | null;
}

/** Where the smoothed curve counts as lost. */
const threshold = 1 / 7;
/** Share of the side over which the image fades at its edges. */
const edgeShare = 0.125;

/**
 * Fourier ring correlation of two images of the same structure, from two halves of the data:
 * Re Σ F₁F₂* / √(Σ|F₁|² Σ|F₂|²) over rings of a width of one period. Nieuwenhuizen et al., Nature Methods 10 (2013), doi
 * 10.1038/nmeth.2448.
 *
 * The trap: it includes how densely the structure is filled, so a method that drops molecules loses; and one image may
 * well differ from the next split: take many. Split the frames in blocks longer than a molecule stays on, or the same blink
 * is in both halves and the resolution looks better than it is.
 *
 * @param first - `[side, side]`
 * @param second - the same structure
 * @param side - a power of 2
 * @param pixelNm - size of a pixel of the images
 */
export function fourierRingCorrelation(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  side: number,
  pixelNm: number,
): RingCorrelation {
  const one = windowedImage(first, side, edgeShare, 0);
  const two = windowedImage(second, side, edgeShare, 0);
  fourierTransform(one.real, one.imaginary, side);
  fourierTransform(two.real, two.imaginary, side);
  const rings = side / 2;
  const products = new Float64Array(rings);
  const [firstPower, secondPower] = [new Float64Array(rings), new Float64Array(rings)];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const ring = Math.round(Math.hypot(waveNumber(row, side), waveNumber(column, side)));
      if (ring >= rings) continue;
      const i = row * side + column;
      products[ring] += one.real[i] * two.real[i] + one.imaginary[i] * two.imaginary[i];
      firstPower[ring] += one.real[i] ** 2 + one.imaginary[i] ** 2;
      secondPower[ring] += two.real[i] ** 2 + two.imaginary[i] ** 2;
    }
  }
  const correlations = products.map((product, ring) => {
    const power = Math.sqrt(firstPower[ring] * secondPower[ring]);
    return power > 0 ? product / power : 0;
  });
  const frequencies = Float64Array.from({ length: rings }, (_, ring) => ring / (side * pixelNm));
  return { frequencies, correlations, resolutionNm: resolution(frequencies, correlations) };
}

function resolution(frequencies: Float64Array, correlations: Float64Array): number | null {
  const reach = Math.max(1, Math.round(correlations.length / 40));
  let before = 1;
  for (let ring = 1; ring < correlations.length; ring++) {
    let [sum, count] = [0, 0];
    for (let k = Math.max(1, ring - reach); k <= Math.min(correlations.length - 1, ring + reach); k++) {
      sum += correlations[k];
      count++;
    }
    const smooth = sum / count;
    if (smooth < threshold) {
      const part = (before - threshold) / (before - smooth);
      const frequency = frequencies[ring - 1] + part * (frequencies[ring] - frequencies[ring - 1]);
      return frequency > 0 ? 1 / frequency : null;
    }
    before = smooth;
  }
  return null;
}
