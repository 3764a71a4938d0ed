import type { LossSums } from "../../core/loss-sums.js";
import type { SingularValueShrinkage } from "../../core/singular-value-shrinkage.js";

/**
 * Sums over one crop in the order in which the shader gives them, in its units.
 *
 * - compared: `E·Eᵀ` `[n, n]`, relu(x − D), relu(D − x), number of x > D
 * - slopes: |M·D − x|, and with a gradient also `g·Eᵀ` `[n, n]`, `q·xᵀ` `[n, n + 1]`, `[D_j > 0]·E_k·x_i` `[n, n, n + 1]`;
 *   the last x is 1
 */
export const comparedCount = (n: number): number => n * n + 3;
export const slopeCount = (n: number, withGradient: boolean): number =>
  withGradient ? 1 + n * n + n * (n + 1) + n * n * (n + 1) : 1;

/** A crop as its sums need it: E = basisᵀ·D, and what a pixel of the shader's unit is in normalised counts. */
interface CropScale {
  /** `[n, n]`, orthogonal. */
  readonly basis: Float64Array;
  readonly toNormalised: number;
}

/**
 * Adds the losses of the first pass.
 *
 * @returns D·Dᵀ, `[n, n]`, in normalised counts
 */
export function addCompared(
  sums: LossSums,
  compared: Float64Array,
  { basis, toNormalised }: CropScale,
  n: number,
): Float64Array {
  const [sparse, residual, kept] = compared.subarray(n * n);
  sums.sparse += sparse * toNormalised;
  sums.residual += residual * toNormalised;
  sums.kept += kept;
  const inBasis = compared.slice(0, n * n).map((value) => value * toNormalised ** 2);
  return product(product(basis, inBasis, n), transposed(basis, n), n);
}

/** Adds the loss of the second pass, and the gradient if the sums for it are there. */
export function addSlopes(
  sums: LossSums,
  slopes: Float64Array,
  { basis, toNormalised }: CropScale,
  shrinkage: SingularValueShrinkage,
  n: number,
): void {
  sums.reconstruction += slopes[0] * toNormalised;
  if (slopes.length === 1) return;
  const own = 1 + n * n;
  const masked = own + n * (n + 1);
  const signProducts = slopes.slice(1, own).map((value) => value * toNormalised);
  const gramGradient = shrinkage.gramGradient(product(signProducts, transposed(basis, n), n));
  // dloss/dD = q + 2·dG·D, and dG·D = (dG·V)·E.
  const throughGram = product(gramGradient, basis, n);
  for (let j = 0; j < n; j++) {
    for (let i = 0; i <= n; i++) {
      let slope = slopes[own + j * (n + 1) + i];
      for (let k = 0; k < n; k++) {
        slope += 2 * throughGram[j * n + k] * slopes[masked + (j * n + k) * (n + 1) + i] * toNormalised;
      }
      if (i < n) sums.matrixGradient[j * n + i] += slope * toNormalised;
      else sums.biasGradient[j] += slope;
    }
  }
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      for (let j = 0; j < n; j++) result[i * n + j] += a[i * n + k] * b[k * n + j];
    }
  }
  return result;
}

/** Of `[n, n]`. */
export function transposed(matrix: Float64Array, n: number): Float64Array {
  return matrix.map((_, at) => matrix[(at % n) * n + Math.floor(at / n)]);
}
