import { fourierTransform, waveNumber, windowedImage } from "./fourier-transform.js";

const radii = 50;
const highPasses = 10;
const refinements = 2;
const edgeShare = 0.125;
/** A curve must fall by this much behind its maximum for the maximum to count, and be this high. */
const leastFall = 0.001;
const leastHeight = 0.05;

/** A local maximum of a decorrelation curve. */
interface Peak {
  /** Share of the highest frequency, 0 to 1. */
  readonly radius: number;
  readonly height: number;
}

/**
 * Resolution of one image from where its frequencies stop to correlate with themselves made equally strong:
 * d(r) = Re Σ I·Iₙ*·Mᵣ / √(Σ|I|² Σ|Iₙ Mᵣ|²), Iₙ = I/|I| and Mᵣ a disc, after a series of high-pass filters; the highest
 * frequency of all maxima is the limit. Descloux, Grußmayer and Radenovic, Nature Methods 16 (2019), doi
 * 10.1038/s41592-019-0515-7, written from the paper.
 *
 * The trap: of rendered localizations it is valid only where each is drawn as wide as its uncertainty (addendum to the
 * paper); and it says how fine the image is, not whether it is right.
 *
 * @param image - `[side, side]`
 * @param side - a power of 2
 * @param pixelNm - size of a pixel of the image
 * @returns in nm, `null` where no curve has a maximum
 */
export function decorrelationResolution(image: ArrayLike<number>, side: number, pixelNm: number): number | null {
  let mean = 0;
  for (let i = 0; i < side * side; i++) mean += image[i] / (side * side);
  const { real, imaginary } = windowedImage(image, side, edgeShare, mean);
  fourierTransform(real, imaginary, side);
  const { amplitude, radius } = discOfFrequencies(real, imaginary, side);

  const plain = highestPeak(amplitude, radius, 0, 0, 1);
  if (!plain) return null;
  let best = plain;
  let [weakest, strongest] = [0.15, side / 4];
  let [from, to] = [0, 1];
  for (let refinement = 0; refinement <= refinements; refinement++) {
    const peaks: (Peak & { readonly sigma: number })[] = [];
    for (let k = 0; k < highPasses; k++) {
      const sigma = weakest * (strongest / weakest) ** (k / (highPasses - 1));
      const peak = highestPeak(amplitude, radius, sigma, from, to);
      if (peak) peaks.push({ ...peak, sigma });
    }
    const finest = peaks.reduce<(typeof peaks)[number] | null>(
      (finer, peak) => (finer === null || peak.radius > finer.radius ? peak : finer),
      null,
    );
    if (!finest) break;
    if (finest.radius > best.radius) best = finest;
    const step = (strongest / weakest) ** (1 / (highPasses - 1));
    [weakest, strongest] = [finest.sigma / step, finest.sigma * step];
    [from, to] = [Math.max(0, best.radius - 0.1), Math.min(1, best.radius + 0.3)];
  }
  return (2 * pixelNm) / best.radius;
}

/** Amplitudes within the largest disc, with the distance of each from the centre as a share of that of the edge. */
function discOfFrequencies(
  real: Float64Array,
  imaginary: Float64Array,
  side: number,
): { readonly amplitude: Float64Array; readonly radius: Float64Array } {
  const amplitude: number[] = [];
  const radius: number[] = [];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const distance = Math.hypot(waveNumber(row, side), waveNumber(column, side)) / (side / 2);
      if (distance === 0 || distance > 1) continue;
      const i = row * side + column;
      amplitude.push(Math.hypot(real[i], imaginary[i]));
      radius.push(distance);
    }
  }
  return { amplitude: Float64Array.from(amplitude), radius: Float64Array.from(radius) };
}

/**
 * The highest maximum of d(r) between two radii, of the image less its blur by a Gaussian.
 *
 * @param sigma - of the blur, in pixels; 0: the image itself
 */
function highestPeak(
  amplitude: Float64Array,
  radius: Float64Array,
  sigma: number,
  from: number,
  to: number,
): Peak | null {
  const sums = new Float64Array(radii + 1);
  const counts = new Float64Array(radii + 1);
  let energy = 0;
  for (let i = 0; i < amplitude.length; i++) {
    // A Gaussian of σ pixels passes exp(−2π²σ²f²), with f = radius/2 periods a pixel.
    const highPass = sigma > 0 ? 1 - Math.exp(-0.5 * (Math.PI * sigma * radius[i]) ** 2) : 1;
    const value = amplitude[i] * highPass;
    energy += value * value;
    const bin = Math.max(0, Math.ceil(((radius[i] - from) / (to - from)) * radii));
    if (bin > radii) continue;
    sums[bin] += value;
    counts[bin] += 1;
  }
  const curve: number[] = [];
  for (let bin = 0, sum = 0, count = 0; bin <= radii; bin++) {
    sum += sums[bin];
    count += counts[bin];
    curve.push(count > 0 && energy > 0 ? sum / Math.sqrt(energy * count) : 0);
  }
  // From the end inwards: what follows the highest point must fall, or the point is only the end of a rise.
  for (let end = curve.length; end > 1;) {
    const height = Math.max(...curve.slice(0, end));
    const top = curve.indexOf(height);
    if (top === 0) return null;
    const lowestAfter = Math.min(...curve.slice(top, end));
    if (height - lowestAfter >= leastFall) {
      return height >= leastHeight ? { radius: from + (top / radii) * (to - from), height } : null;
    }
    end = top;
  }
  return null;
}
