/** A pivot below this share of its diagonal element means that the rows cannot be told apart. */
const leastPivot = 1e-12;

/**
 * Solves A x = b by Cholesky's decomposition.
 *
 * @param matrix - A, symmetric, `[size, size]`; its lower triangle is overwritten by the factor
 * @param vector - b, overwritten by x
 * @returns false where A is not positive definite, as far as can be told; both are of no use then
 */
export function solvePositive(matrix: Float64Array, vector: Float64Array, size: number): boolean {
  if (!factorise(matrix, size)) return false;
  substitute(matrix, vector, size);
  return true;
}

/**
 * The inverse of a symmetric positive definite matrix.
 *
 * @param matrix - `[size, size]`; its lower triangle is overwritten
 * @param out - `[size, size]`
 * @returns false where it has none, as far as can be told
 */
export function invertPositive(matrix: Float64Array, out: Float64Array, size: number): boolean {
  if (!factorise(matrix, size)) return false;
  out.fill(0);
  for (let row = 0; row < size; row++) {
    const column = out.subarray(row * size, (row + 1) * size);
    column[row] = 1;
    substitute(matrix, column, size);
  }
  return true;
}

/** A = L Lᵀ, with L in the lower triangle. */
function factorise(matrix: Float64Array, size: number): boolean {
  for (let j = 0; j < size; j++) {
    const whole = matrix[j * size + j];
    let pivot = whole;
    for (let k = 0; k < j; k++) pivot -= matrix[j * size + k] * matrix[j * size + k];
    if (!(pivot > leastPivot * whole)) return false;
    const root = Math.sqrt(pivot);
    matrix[j * size + j] = root;
    for (let i = j + 1; i < size; i++) {
      let sum = matrix[i * size + j];
      for (let k = 0; k < j; k++) sum -= matrix[i * size + k] * matrix[j * size + k];
      matrix[i * size + j] = sum / root;
    }
  }
  return true;
}

/** Solves L Lᵀ x = b in place. */
function substitute(factor: Float64Array, vector: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    let sum = vector[i];
    for (let k = 0; k < i; k++) sum -= factor[i * size + k] * vector[k];
    vector[i] = sum / factor[i * size + i];
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = vector[i];
    for (let k = i + 1; k < size; k++) sum -= factor[k * size + i] * vector[k];
    vector[i] = sum / factor[i * size + i];
  }
}
