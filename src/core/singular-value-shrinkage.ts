import { symmetricEigen } from "./symmetric-eigen.js";

/** How the singular values of the low-rank part are shrunk. */
export interface ShrinkageOptions {
  /** Singular values kept, the largest ones; more than there are frames keeps all. At least 1. */
  readonly rank: number;
  /** µ, taken off each singular value, in normalised counts; at least 0. */
  readonly singularValueThreshold: number;
}

/** The map that shrinks the singular values of one crop, as a small matrix. */
export interface SingularValueShrinkage {
  /** Of the crop, `[n]`, descending, in normalised counts. */
  readonly singularValues: Float64Array;
  /** M, `[n, n]` row-major, symmetric: M·D is the crop D `[n, pixels]` with its singular values shrunk. */
  readonly matrix: Float64Array;
  /**
   * The derivative of a loss by the Gram matrix, from the one by M (any `[n, n]`, of which the symmetric part counts).
   * Returns `[n, n]`, symmetric. The loss then changes with D by 2 · result · D, in addition to what goes through M·D.
   */
  gramGradient(matrixGradient: Float64Array): Float64Array;
}

/** Two squared singular values nearer than this share of the largest count as equal: their order is rounding. */
const equalShare = 1e-13;

/**
 * Shrinks singular values through the Gram matrix, so that no singular value decomposition of a tall matrix is needed:
 * with G = D·Dᵀ = V·diag(s²)·Vᵀ and f(s) = max(1 − µ/s, 0) for the `rank` largest s, 0 for the rest,
 * M = V·diag(f)·Vᵀ. The derivative is that of a matrix function (Daleckii and Krein):
 * dG = V·(F ∘ (Vᵀ·sym(dM)·V))·Vᵀ with F_ij = (f_i − f_j)/(s_i² − s_j²), F_ii = µ/(2·s_i³).
 *
 * Where the last kept and the first dropped singular value are equal the rank constraint has no derivative; that pair
 * then contributes nothing.
 *
 * @param gram - G, `[n, n]` row-major, symmetric
 */
export function shrinkSingularValues(
  gram: Float64Array,
  n: number,
  { rank, singularValueThreshold: threshold }: ShrinkageOptions,
): SingularValueShrinkage {
  const { values, vectors } = symmetricEigen(gram, n);
  const singularValues = values.map((value) => Math.sqrt(Math.max(value, 0)));
  const kept = singularValues.map((s, i) => (i < rank && (s > threshold || threshold === 0) ? 1 : 0));
  const factors = singularValues.map((s, i) => (kept[i] === 0 ? 0 : threshold === 0 ? 1 : 1 - threshold / s));
  return {
    singularValues,
    matrix: recompose(vectors, diagonal(factors), n),
    gramGradient(matrixGradient) {
      const inner = toEigenbasis(matrixGradient, vectors, n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) inner[i * n + j] *= dividedDifference(i, j);
      }
      return recompose(vectors, inner, n);
    },
  };

  function dividedDifference(i: number, j: number): number {
    const si = singularValues[i];
    const sj = singularValues[j];
    // The quotient with s_i² − s_j² divided out: nothing cancels, and it holds for equal values and on the diagonal.
    if (kept[i] && kept[j]) return threshold === 0 ? 0 : threshold / (si * sj * (si + sj));
    if (!kept[i] && !kept[j]) return 0;
    const difference = si * si - sj * sj;
    if (Math.abs(difference) <= equalShare * singularValues[0] ** 2) return 0;
    return (factors[i] - factors[j]) / difference;
  }
}

function diagonal(values: Float64Array): Float64Array {
  const n = values.length;
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * n + i] = values[i];
  return matrix;
}

/** V·inner·Vᵀ */
function recompose(vectors: Float64Array, inner: Float64Array, n: number): Float64Array {
  const half = new Float64Array(n * n);
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) half[i * n + j] += vectors[i * n + k] * inner[k * n + j];
    }
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) result[i * n + j] += half[i * n + k] * vectors[j * n + k];
    }
  }
  return result;
}

/** Vᵀ·sym(matrix)·V */
function toEigenbasis(matrix: Float64Array, vectors: Float64Array, n: number): Float64Array {
  const half = new Float64Array(n * n);
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) {
        half[i * n + j] += ((matrix[i * n + k] + matrix[k * n + i]) / 2) * vectors[k * n + j];
      }
    }
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) result[i * n + j] += vectors[k * n + i] * half[k * n + j];
    }
  }
  return result;
}
