/** Eigenvalues and eigenvectors of a symmetric matrix. */
export interface SymmetricEigen {
  /** `[n]`, descending. */
  readonly values: Float64Array;
  /** `[n, n]` row-major; column i is the eigenvector of value i, of length 1. */
  readonly vectors: Float64Array;
}

/** Sweeps after which the rotations stop in any case; convergence is quadratic and takes 4 to 8 for n up to 64. */
const maximumSweeps = 40;

/**
 * Eigenvalues and eigenvectors of a small symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, "Matrix
 * Computations", 8.5).
 *
 * @param matrix - `[n, n]` row-major, symmetric; only read
 * @param n - up to about 64: the time grows with n³
 */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  const a = matrix.slice();
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (let sweep = 0; sweep < maximumSweeps; sweep++) {
    let rotated = false;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q];
        const app = a[p * n + p];
        const aqq = a[q * n + q];
        // Below this the element changes no digit of either diagonal element, nor of their geometric mean.
        if (!(Math.abs(apq) > 1e-17 * Math.sqrt(Math.abs(app) * Math.abs(aqq)) + Number.MIN_VALUE)) continue;
        rotated = true;
        const theta = (aqq - app) / (2 * apq);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cosine = 1 / Math.hypot(t, 1);
        rotate(a, vectors, n, p, q, cosine, t * cosine);
        a[p * n + p] = app - t * apq;
        a[q * n + q] = aqq + t * apq;
        a[p * n + q] = 0;
        a[q * n + p] = 0;
      }
    }
    if (!rotated) break;
  }
  return sorted(a, vectors, n);
}

function rotate(
  a: Float64Array,
  vectors: Float64Array,
  n: number,
  p: number,
  q: number,
  cosine: number,
  sine: number,
): void {
  for (let i = 0; i < n; i++) {
    const vip = vectors[i * n + p];
    const viq = vectors[i * n + q];
    vectors[i * n + p] = cosine * vip - sine * viq;
    vectors[i * n + q] = sine * vip + cosine * viq;
    if (i === p || i === q) continue;
    const aip = a[i * n + p];
    const aiq = a[i * n + q];
    const newIp = cosine * aip - sine * aiq;
    const newIq = sine * aip + cosine * aiq;
    a[i * n + p] = newIp;
    a[p * n + i] = newIp;
    a[i * n + q] = newIq;
    a[q * n + i] = newIq;
  }
}

function sorted(a: Float64Array, vectors: Float64Array, n: number): SymmetricEigen {
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i]);
  return {
    values: Float64Array.from(order, (i) => a[i * n + i]),
    vectors: Float64Array.from({ length: n * n }, (_, at) => vectors[Math.floor(at / n) * n + order[at % n]]),
  };
}
