/**
 * The error function, erf(x) = 2/√π · ∫₀ˣ exp(−t²) dt. Absolute error below 1.5e-7.
 *
 * Rational approximation 7.1.26 of Abramowitz and Stegun, Handbook of Mathematical Functions (1964).
 */
export function errorFunction(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const value = 1 - polynomial * Math.exp(-x * x);
  return x < 0 ? -value : value;
}
