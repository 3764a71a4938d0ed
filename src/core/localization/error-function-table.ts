/** Arguments beyond are as good as infinite: 1 − erf(6) is 2e-17. */
export const errorFunctionReach = 6;
export const errorFunctionSteps = 256;

const entries = errorFunctionReach * errorFunctionSteps + 2;

/** erf(k / 256). */
export const errorFunctionTable = new Float64Array(entries);
/** exp(−(k / 256)²). */
export const gaussianTable = new Float64Array(entries);

for (let k = 0; k < entries; k++) {
  const x = k / errorFunctionSteps;
  gaussianTable[k] = Math.exp(-x * x);
  errorFunctionTable[k] = errorFunctionSeries(x);
}

/**
 * erf(x) = 2/√π · exp(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (2n + 1)!!, all of whose terms are positive (7.1.6 of Abramowitz and Stegun,
 * 1964).
 */
function errorFunctionSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return Math.min(1, (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum);
}
