import { SlnetError } from "./errors.js";
import { shrinkSingularValues } from "./singular-value-shrinkage.js";

export interface RpcaOptions {
  /** λ, weight of the sparse part; `null`: 1/√(larger of pixels and frames). */
  readonly sparsityWeight: number | null;
  /** µ, penalty of the constraint, in 1/ADU for frames in ADU; `null`: pixels · frames / (4 · Σ|x|). */
  readonly penalty: number | null;
  /** Most iterations, at least 1. */
  readonly iterations: number;
  /** Stops when ‖x − L − S‖ / ‖x‖ is below it; 0 never stops early, as published. Default 1e-7. */
  readonly tolerance?: number;
}

/** A group of frames taken apart. Arrays `[frames, pixels]`, in the unit of the input. */
export interface Decomposition {
  readonly lowRank: Float64Array;
  readonly sparse: Float64Array;
  /** Y, the Lagrange multiplier of the constraint x = L + S; no unit. */
  readonly multiplier: Float64Array;
  /** ‖x − L − S‖ / ‖x‖ after each iteration done. */
  readonly relativeErrors: readonly number[];
}

/** A decomposition that is worked out one iteration at a time, so that the caller can stop between them. */
export interface RunningDecomposition extends Decomposition {
  /** One iteration. False when there is nothing more to do. */
  iterate(): boolean;
}

const defaultTolerance = 1e-7;
/** Pixels worked on at a time, so that a chunk of all frames stays in the cache. */
const chunkPixels = 256;

/** Bytes that {@link decompose} works in: x, L, S, Y, and what does not grow with the frame. */
export function decompositionBytes(frames: number, pixels: number): number {
  return 8 * (4 * frames * pixels + frames * chunkPixels + 8 * frames * frames);
}

/**
 * Robust PCA with parts that are not negative, by the alternating direction method of multipliers (Yuan and Yang, "Sparse
 * and low-rank matrix decomposition via alternating direction methods", 2009; λ and µ as in Candès, Li, Ma and Wright,
 * "Robust principal component analysis?", 2011, section 5). From L = S = Y = 0, each iteration is
 *
 *     L = relu( SVT_{1/µ}( x − S + Y/µ ) )      singular values less 1/µ, at least 0
 *     S = relu( soft_{λ/µ}( x − L + Y/µ ) )
 *     Y = Y + µ·(x − L − S)
 *
 * Each group of frames has its own singular values. (The published code uses those of the first group for all.) The
 * published constants are λ = 0.05/√pixels and µ = 10·λ, meant for raw counts, with 10 iterations and no tolerance.
 *
 * @param frames - x, `[n, pixels]`, finite; only read
 * @param n - frames of the group; up to about 100, the time of an iteration grows with n²·pixels
 * @throws {@link SlnetError} `bad-input` if an option is out of range or the sizes do not fit
 */
export function startDecomposition(
  frames: Float64Array,
  n: number,
  pixels: number,
  options: RpcaOptions,
): RunningDecomposition {
  const { weight, penalty, tolerance } = checkedConstants(frames, n, pixels, options);
  const lowRank = new Float64Array(n * pixels);
  const sparse = new Float64Array(n * pixels);
  const multiplier = new Float64Array(n * pixels);
  const relativeErrors: number[] = [];
  const norm = Math.sqrt(dot(frames, 0, frames, 0, n * pixels));
  const chunk = new Float64Array(n * chunkPixels);
  let done = norm === 0;

  return {
    lowRank,
    sparse,
    multiplier,
    relativeErrors,
    iterate() {
      if (done) return false;
      // L first holds x − S + Y/µ, from which it then becomes the shrunk matrix in place.
      for (let i = 0; i < lowRank.length; i++) lowRank[i] = frames[i] - sparse[i] + multiplier[i] / penalty;
      const gram = new Float64Array(n * n);
      addGram(gram, lowRank, n, pixels);
      const { matrix } = shrinkSingularValues(gram, n, { rank: n, singularValueThreshold: 1 / penalty });
      multiplyInPlace(matrix, lowRank, n, pixels, chunk);
      let squares = 0;
      for (let i = 0; i < lowRank.length; i++) {
        const low = Math.max(lowRank[i], 0);
        const rest = frames[i] - low;
        const kept = Math.max(rest + multiplier[i] / penalty - weight / penalty, 0);
        const violation = rest - kept;
        lowRank[i] = low;
        sparse[i] = kept;
        multiplier[i] += penalty * violation;
        squares += violation * violation;
      }
      const error = Math.sqrt(squares) / norm;
      relativeErrors.push(error);
      done = relativeErrors.length >= options.iterations || error < tolerance;
      return !done;
    },
  };
}

/** {@link startDecomposition} with all its iterations done. */
export function decompose(frames: Float64Array, n: number, pixels: number, options: RpcaOptions): Decomposition {
  const running = startDecomposition(frames, n, pixels, options);
  while (running.iterate());
  return running;
}

function checkedConstants(
  frames: Float64Array,
  n: number,
  pixels: number,
  { sparsityWeight, penalty, iterations, tolerance = defaultTolerance }: RpcaOptions,
): { weight: number; penalty: number; tolerance: number } {
  const refuse = (name: string, value: number, expected: string): never => {
    throw new SlnetError("bad-input", `robust PCA: ${name} is ${value}, expected ${expected}`);
  };
  if (frames.length !== n * pixels || frames.length === 0) {
    refuse("the number of values", frames.length, `${n} frames of ${pixels} pixels, not empty`);
  }
  if (!(Number.isInteger(iterations) && iterations >= 1))
    refuse("iterations", iterations, "a whole number of at least 1");
  if (!(tolerance >= 0)) refuse("tolerance", tolerance, "a number of at least 0");
  const weight = sparsityWeight ?? 1 / Math.sqrt(Math.max(pixels, n));
  if (!(weight >= 0 && weight < Infinity)) refuse("the sparsity weight", weight, "a number of at least 0");
  if (penalty !== null && !(penalty > 0 && penalty < Infinity)) refuse("the penalty", penalty, "a number above 0");
  return { weight, penalty: penalty ?? penaltyFromData(frames), tolerance };
}

function penaltyFromData(frames: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < frames.length; i++) sum += Math.abs(frames[i]);
  // Frames of zeros need no iteration, so any penalty will do.
  return sum > 0 ? frames.length / (4 * sum) : 1;
}

/** gram += a·aᵀ for a `[n, pixels]`. */
function addGram(gram: Float64Array, a: Float64Array, n: number, pixels: number): void {
  for (let from = 0; from < pixels; from += chunkPixels) {
    const count = Math.min(chunkPixels, pixels - from);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) gram[i * n + j] += dot(a, i * pixels + from, a, j * pixels + from, count);
    }
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) gram[j * n + i] = gram[i * n + j];
  }
}

/** Four sums side by side, so that an addition need not wait for the one before. */
function dot(a: Float64Array, fromA: number, b: Float64Array, fromB: number, count: number): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let i = 0;
  for (; i + 3 < count; i += 4) {
    sum0 += a[fromA + i] * b[fromB + i];
    sum1 += a[fromA + i + 1] * b[fromB + i + 1];
    sum2 += a[fromA + i + 2] * b[fromB + i + 2];
    sum3 += a[fromA + i + 3] * b[fromB + i + 3];
  }
  for (; i < count; i++) sum0 += a[fromA + i] * b[fromB + i];
  return sum0 + sum1 + (sum2 + sum3);
}

/** a ← matrix·a for a `[n, pixels]`; `chunk` is room for `[n, chunkPixels]`. */
function multiplyInPlace(matrix: Float64Array, a: Float64Array, n: number, pixels: number, chunk: Float64Array): void {
  for (let from = 0; from < pixels; from += chunkPixels) {
    const count = Math.min(chunkPixels, pixels - from);
    for (let k = 0; k < n; k++) {
      chunk.set(a.subarray(k * pixels + from, k * pixels + from + count), k * chunkPixels);
    }
    for (let i = 0; i < n; i++) {
      const to = i * pixels + from;
      a.fill(0, to, to + count);
      for (let k = 0; k < n; k++) {
        const factor = matrix[i * n + k];
        if (factor === 0) continue;
        for (let p = 0; p < count; p++) a[to + p] += factor * chunk[k * chunkPixels + p];
      }
    }
  }
}
