/** What the closed formulas of the localization precision want to know. */
export interface PrecisionInputs {
  /** Standard deviation of the spot, in pixels. */
  readonly sigmaPixels: number;
  /** Photoelectrons of the spot. */
  readonly photons: number;
  /**
   * Background of the **raw** frame, per pixel in photoelectrons (b² of the papers), with the variance of the read noise.
   * Subtracting a background takes away its mean but not its shot noise: with what is left after subtraction the formulas
   * promise a precision that is not there.
   */
  readonly background: number;
}

/**
 * Standard deviation of a position from a least-squares fit: √(σa²/N · (16/9 + 4τ)), σa² = σ² + 1/12 and
 * τ = 2π σa² b²/N, in pixels. Mortensen et al., Nature Methods 7 (2010), equation 6, after Thompson et al. 2002.
 */
export function leastSquaresPrecision(inputs: PrecisionInputs): number {
  const { variance, tau } = reduced(inputs);
  return Math.sqrt(variance * (16 / 9 + 4 * tau));
}

/**
 * The same for a maximum-likelihood fit: √(σa²/N · (1 + 4τ + √(2τ/(1 + 4τ)))). Rieger and Stallinga, ChemPhysChem 15
 * (2014), equation 5.
 */
export function maximumLikelihoodPrecision(inputs: PrecisionInputs): number {
  const { variance, tau } = reduced(inputs);
  return Math.sqrt(variance * (1 + 4 * tau + Math.sqrt((2 * tau) / (1 + 4 * tau))));
}

function reduced({ sigmaPixels, photons, background }: PrecisionInputs): { variance: number; tau: number } {
  const spot = sigmaPixels * sigmaPixels + 1 / 12;
  return { variance: spot / photons, tau: (2 * Math.PI * spot * background) / photons };
}
