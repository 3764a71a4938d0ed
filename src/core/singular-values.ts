/** An upper bidiagonal matrix: `diagonal` `[n]` and, above it, `superdiagonal` `[n − 1]`. */
interface Bidiagonal {
  readonly diagonal: Float64Array;
  readonly superdiagonal: Float64Array;
}

/**
 * Singular values of a dense matrix, descending: Householder reduction to bidiagonal form, then bisection on Sturm
 * counts (Golub and Van Loan, "Matrix Computations", 8.4 and 8.6). Errors stay within a few ε times the largest value.
 *
 * @param matrix - `[rows, columns]` row-major, finite; only read
 */
export function singularValues(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const reduced = bidiagonalise(matrix, rows, columns);
  return Float64Array.from(reduced.diagonal, (_, index) => bisect(reduced, index));
}

/**
 * Number of singular values above max(rows, columns) · ε · the largest, the usual numerical rank in 64-bit arithmetic.
 *
 * @param matrix - `[rows, columns]` row-major, finite; only read
 */
export function numericalRank(matrix: ArrayLike<number>, rows: number, columns: number): number {
  const reduced = bidiagonalise(matrix, rows, columns);
  const largest = reduced.diagonal.length > 0 ? bisect(reduced, 0) : 0;
  const tolerance = Math.max(rows, columns) * Number.EPSILON * largest;
  return largest > 0 ? reduced.diagonal.length - countBelow(reduced, tolerance) : 0;
}

function bidiagonalise(matrix: ArrayLike<number>, rows: number, columns: number): Bidiagonal {
  // The tall one of matrix and transpose, so that the loops need no second form.
  const m = Math.max(rows, columns);
  const n = Math.min(rows, columns);
  const a = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) a[i * n + j] = rows >= columns ? matrix[i * n + j] : matrix[j * m + i];
  }
  const diagonal = new Float64Array(n);
  const superdiagonal = new Float64Array(Math.max(n - 1, 0));
  const products = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    diagonal[k] = reflectColumn(a, m, n, k, products);
    if (k < n - 1) superdiagonal[k] = reflectRow(a, m, n, k);
  }
  return { diagonal, superdiagonal };
}

/** Reflects rows k… so that column k keeps only its first element, which is returned. */
function reflectColumn(a: Float64Array, m: number, n: number, k: number, products: Float64Array): number {
  let squares = 0;
  for (let i = k; i < m; i++) squares += a[i * n + k] ** 2;
  const first = a[k * n + k];
  const norm = Math.sqrt(squares);
  if (norm === 0) return 0;
  const head = first > 0 ? -norm : norm;
  // The reflection is 1 − v·vᵀ·scale with v = column − head·e_k, kept in the column itself.
  a[k * n + k] = first - head;
  const scale = 1 / (norm * (norm + Math.abs(first)));
  products.fill(0, k + 1);
  for (let i = k; i < m; i++) {
    const v = a[i * n + k];
    for (let j = k + 1; j < n; j++) products[j] += v * a[i * n + j];
  }
  for (let i = k; i < m; i++) {
    const v = a[i * n + k] * scale;
    for (let j = k + 1; j < n; j++) a[i * n + j] -= v * products[j];
  }
  return head;
}

/** Reflects columns k + 1… so that row k keeps only its first element there, which is returned. */
function reflectRow(a: Float64Array, m: number, n: number, k: number): number {
  const row = k * n;
  let squares = 0;
  for (let j = k + 1; j < n; j++) squares += a[row + j] ** 2;
  const first = a[row + k + 1];
  const norm = Math.sqrt(squares);
  if (norm === 0) return 0;
  const head = first > 0 ? -norm : norm;
  a[row + k + 1] = first - head;
  const scale = 1 / (norm * (norm + Math.abs(first)));
  for (let i = k + 1; i < m; i++) {
    let product = 0;
    for (let j = k + 1; j < n; j++) product += a[i * n + j] * a[row + j];
    product *= scale;
    for (let j = k + 1; j < n; j++) a[i * n + j] -= product * a[row + j];
  }
  return head;
}

/**
 * Number of singular values below `x` > 0: the Sturm count of the symmetric tridiagonal matrix with zero diagonal and
 * the off-diagonals d₁, e₁, d₂, e₂, …, whose eigenvalues are plus and minus the singular values.
 */
function countBelow({ diagonal, superdiagonal }: Bidiagonal, x: number): number {
  const n = diagonal.length;
  let pivot = -x;
  let negative = 1;
  for (let i = 1; i < 2 * n; i++) {
    const offDiagonal = i % 2 === 1 ? diagonal[(i - 1) / 2] : superdiagonal[i / 2 - 1];
    // A pivot of 0 stands for a very small negative one, which moves `x` by less than rounding does.
    if (pivot === 0) pivot = -Number.MIN_VALUE;
    // 0·0/tiny is fine; a huge quotient is ±∞ and the pivot after it −x again.
    pivot = -x - (offDiagonal * offDiagonal) / pivot;
    if (pivot < 0) negative++;
  }
  return negative - n;
}

/** The singular value with `index` larger ones. */
function bisect(reduced: Bidiagonal, index: number): number {
  const { diagonal, superdiagonal } = reduced;
  const n = diagonal.length;
  let high = 0;
  for (let i = 0; i < n; i++) {
    const before = i > 0 ? Math.abs(superdiagonal[i - 1]) : 0;
    const behind = i < n - 1 ? Math.abs(superdiagonal[i]) : 0;
    high = Math.max(high, Math.abs(diagonal[i]) + Math.max(before, behind));
  }
  // Below this nothing is known of a value any more: the reduction left ε times the largest.
  const negligible = high * Number.EPSILON ** 2;
  high *= 1 + 4 * Number.EPSILON;
  let low = 0;
  while (high - low > Number.EPSILON * high && high > negligible) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (countBelow(reduced, middle) >= n - index) high = middle;
    else low = middle;
  }
  return high > negligible ? low + (high - low) / 2 : 0;
}
