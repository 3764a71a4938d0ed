import { createAxisProfile } from "./axis-profile.js";
import type { FitWindow } from "./fit-window.js";

/** What a phasor fit finds. Overwritten by the next fit. */
export interface PhasorEstimate {
  /** Position in the window, in pixels from its top left corner; pixel i spans [i, i + 1). */
  readonly x: number;
  readonly y: number;
  /** Standard error of each, in pixels, from the noise that the raw counts have. Infinite where there is no spot. */
  readonly xError: number;
  readonly yError: number;
  /** Light of the whole spot, in photoelectrons; not above 0 where there is no spot. */
  readonly photons: number;
  /** Flat background that comes to the known one, per pixel in photoelectrons. */
  readonly background: number;
}

export interface PhasorFitter {
  /** Never fails: where there is no spot, the position means nothing and `photons` says so. */
  fit(window: FitWindow): PhasorEstimate;
}

/**
 * Position from the phases of the first Fourier coefficients. Martens et al., "Phasor based single-molecule localization
 * microscopy in 3D (pSMLM-3D)", J. Chem. Phys. 148 (2018):
 *
 *     F = Σ_k c_k exp(−2πik/W)    position of the spot = W/2π · (−arg F mod 2π), counted from the centre of pixel 0
 *
 * with c_k the sum of column (or row) k of a window of W × W pixels. Of a flat background the first coefficient is
 * exactly zero, so it moves nothing; a slope or a structure does, and so does the part of the spot that the window cuts off.
 *
 * A small change of F turns it by its part across F, which has the variance Σ v_k sin²(2πk/W + arg F) where column k has
 * the variance v_k. That is the sum of its raw counts and read noise, background included, for Poisson counts; so
 *
 *     standard error = W/2π · √(Σ v_k sin²(2πk/W + arg F)) / |F|
 *
 * Light and flat background follow from linear least squares with a Gaussian of a given width at that place. The width
 * itself is not measured.
 *
 * @param sigmaPixels - standard deviation of the spots, in pixels
 * @param fitBackground - false: what is not in the known background is light of the spot
 */
export function createPhasorFitter(side: number, sigmaPixels: number, fitBackground: boolean): PhasorFitter {
  const cosine = Float64Array.from({ length: side }, (_, k) => Math.cos((2 * Math.PI * k) / side));
  const sine = Float64Array.from({ length: side }, (_, k) => Math.sin((2 * Math.PI * k) / side));
  const profileX = createAxisProfile(side);
  const profileY = createAxisProfile(side);
  const columns = createAxisSums(side);
  const rows = createAxisSums(side);
  const estimate = { x: 0, y: 0, xError: 0, yError: 0, photons: 0, background: 0 };

  return {
    fit({ counts, background, readVariance }) {
      columns.signal.fill(0);
      columns.variance.fill(0);
      let sum = 0;
      for (let row = 0, i = 0; row < side; row++) {
        let rowSignal = 0;
        let rowVariance = 0;
        for (let column = 0; column < side; column++, i++) {
          const signal = counts[i] - background[i];
          const variance = counts[i] + readVariance[i];
          columns.signal[column] += signal;
          columns.variance[column] += variance;
          rowSignal += signal;
          rowVariance += variance;
        }
        rows.signal[row] = rowSignal;
        rows.variance[row] = rowVariance;
        sum += rowSignal;
      }
      measurePhase(columns, cosine, sine);
      measurePhase(rows, cosine, sine);
      estimate.x = columns.position;
      estimate.y = rows.position;
      estimate.xError = columns.error;
      estimate.yError = rows.error;

      profileX.set(estimate.x, sigmaPixels);
      profileY.set(estimate.y, sigmaPixels);
      const sharesX = profileX.shares;
      const sharesY = profileY.shares;
      let shareX = 0;
      let shareY = 0;
      let squareX = 0;
      let squareY = 0;
      let product = 0;
      for (let row = 0, i = 0; row < side; row++) {
        let rowProduct = 0;
        for (let column = 0; column < side; column++, i++) {
          rowProduct += (counts[i] - background[i]) * sharesX[column];
        }
        product += rowProduct * sharesY[row];
        shareX += sharesX[row];
        squareX += sharesX[row] * sharesX[row];
        shareY += sharesY[row];
        squareY += sharesY[row] * sharesY[row];
      }
      const share = shareX * shareY;
      const square = squareX * squareY;
      const pixels = side * side;
      if (fitBackground) {
        estimate.photons = (pixels * product - share * sum) / (pixels * square - share * share);
        estimate.background = (sum - estimate.photons * share) / pixels;
      } else {
        estimate.photons = product / square;
        estimate.background = 0;
      }
      return estimate;
    },
  };
}

/** What a window adds up to along one axis, and the position along it. */
interface AxisSums {
  readonly signal: Float64Array;
  readonly variance: Float64Array;
  /** From the left edge of pixel 0, in [0, side). */
  position: number;
  error: number;
}

function createAxisSums(side: number): AxisSums {
  return { signal: new Float64Array(side), variance: new Float64Array(side), position: 0, error: 0 };
}

function measurePhase(sums: AxisSums, cosine: Float64Array, sine: Float64Array): void {
  const { signal, variance } = sums;
  const side = signal.length;
  // F is real − i · imaginary.
  let real = 0;
  let imaginary = 0;
  for (let k = 0; k < side; k++) {
    real += signal[k] * cosine[k];
    imaginary += signal[k] * sine[k];
  }
  const scale = side / (2 * Math.PI);
  const fromEdge = scale * Math.atan2(imaginary, real) + 0.5;
  sums.position = fromEdge < 0 ? fromEdge + side : fromEdge;

  const square = real * real + imaginary * imaginary;
  let across = 0;
  for (let k = 0; k < side; k++) {
    // |F| · sin(2πk/W + arg F)
    const part = real * sine[k] - imaginary * cosine[k];
    across += variance[k] * part * part;
  }
  sums.error = square > 0 ? (scale * Math.sqrt(Math.max(0, across))) / square : Infinity;
}
