import { createAxisProfile } from "./axis-profile.js";
import type { FitWindow } from "./fit-window.js";

/** What a phasor fit finds. Overwritten by the next fit. */
export interface PhasorEstimate {
  /** Position in the window, in pixels from its top left corner; pixel i spans [i, i + 1). */
  readonly x: number;
  readonly y: number;
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
 * Light and flat background then follow from linear least squares with a Gaussian of a given width at that place. The
 * width itself is not measured.
 *
 * @param sigmaPixels - standard deviation of the spots, in pixels
 * @param fitBackground - false: what is not in the known background is light of the spot
 */
export function createPhasorFitter(side: number, sigmaPixels: number, fitBackground: boolean): PhasorFitter {
  const cosine = Float64Array.from({ length: side }, (_, k) => Math.cos((2 * Math.PI * k) / side));
  const sine = Float64Array.from({ length: side }, (_, k) => Math.sin((2 * Math.PI * k) / side));
  const profileX = createAxisProfile(side);
  const profileY = createAxisProfile(side);
  const estimate = { x: 0, y: 0, photons: 0, background: 0 };

  return {
    fit({ counts, background }) {
      let sum = 0;
      let realX = 0;
      let imaginaryX = 0;
      let realY = 0;
      let imaginaryY = 0;
      for (let row = 0, i = 0; row < side; row++) {
        let rowSum = 0;
        for (let column = 0; column < side; column++, i++) {
          const value = counts[i] - background[i];
          rowSum += value;
          realX += value * cosine[column];
          imaginaryX += value * sine[column];
        }
        sum += rowSum;
        realY += rowSum * cosine[row];
        imaginaryY += rowSum * sine[row];
      }
      estimate.x = positionOf(realX, imaginaryX, side);
      estimate.y = positionOf(realY, imaginaryY, side);

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

/** Position from Σ c cos and Σ c sin, from the left edge of pixel 0, in [0, side). */
function positionOf(real: number, imaginary: number, side: number): number {
  // The phase −2πp/W of F has tan = −imaginary/real here, with `imaginary` the sum with a positive sine.
  const fromCentre = (side / (2 * Math.PI)) * Math.atan2(imaginary, real);
  const fromEdge = fromCentre + 0.5;
  return fromEdge < 0 ? fromEdge + side : fromEdge;
}
