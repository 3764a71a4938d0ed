import { errorFunctionReach, errorFunctionSteps, errorFunctionTable, gaussianTable } from "./error-function-table.js";

const twoOverRootPi = 2 / Math.sqrt(Math.PI);
const rootTwoPi = Math.sqrt(2 * Math.PI);

/** The share of a Gaussian that falls into each of the pixels along one axis, with its derivatives. */
export interface AxisProfile {
  /** E_i, for pixel i, which spans [i, i + 1). */
  readonly shares: Float64Array;
  /** ∂E_i/∂centre, per pixel. */
  readonly byCentre: Float64Array;
  /** ∂E_i/∂sigma, per pixel. */
  readonly bySigma: Float64Array;
  /**
   * Takes another Gaussian.
   *
   * @param centre - in pixels
   * @param sigma - in pixels, above 0
   */
  set(centre: number, sigma: number): void;
}

/**
 * Profile of a Gaussian integrated over pixels (Smith et al., Nature Methods 7 (2010), equation 2):
 * E_i = ½ [erf((i + 1 − centre)/√2σ) − erf((i − centre)/√2σ)]. Both erf and exp are interpolated in tables by cubics that
 * have the right slopes; the error is below 1e-11.
 */
export function createAxisProfile(side: number): AxisProfile {
  const shares = new Float64Array(side);
  const byCentre = new Float64Array(side);
  const bySigma = new Float64Array(side);

  return {
    shares,
    byCentre,
    bySigma,
    set(centre, sigma) {
      const scale = 1 / (Math.SQRT2 * sigma);
      const slope = 1 / (rootTwoPi * sigma);
      let erfBefore = 0;
      let slopeBefore = 0;
      let widthBefore = 0;
      for (let edge = 0; edge <= side; edge++) {
        const distance = edge - centre;
        const x = distance * scale;
        const size = x < 0 ? -x : x;
        let erf = 1;
        let gaussian = 0;
        if (size < errorFunctionReach) {
          const position = size * errorFunctionSteps;
          const k = position | 0;
          const t = position - k;
          // Hermite's cubics; erf' = 2/√π · exp(−x²) and exp(−x²)' = −2x · exp(−x²), for a step of one entry.
          const left = k / errorFunctionSteps;
          const g0 = gaussianTable[k];
          const g1 = gaussianTable[k + 1];
          const blend = t * t * (3 - 2 * t);
          const bend0 = t * (1 - t) * (1 - t);
          const bend1 = t * t * (t - 1);
          erf =
            errorFunctionTable[k] +
            blend * (errorFunctionTable[k + 1] - errorFunctionTable[k]) +
            (twoOverRootPi / errorFunctionSteps) * (bend0 * g0 + bend1 * g1);
          gaussian =
            g0 +
            blend * (g1 - g0) -
            (2 / errorFunctionSteps) * (bend0 * left * g0 + bend1 * (left + 1 / errorFunctionSteps) * g1);
        }
        if (x < 0) erf = -erf;
        const slopeHere = slope * gaussian;
        const widthHere = (distance * slopeHere) / sigma;
        if (edge > 0) {
          shares[edge - 1] = 0.5 * (erf - erfBefore);
          byCentre[edge - 1] = slopeBefore - slopeHere;
          bySigma[edge - 1] = widthBefore - widthHere;
        }
        erfBefore = erf;
        slopeBefore = slopeHere;
        widthBefore = widthHere;
      }
    },
  };
}
