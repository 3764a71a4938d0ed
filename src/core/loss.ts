import { createLossSums, finishLoss } from "./loss-sums.js";
import { addThreeFrameItem } from "./loss-three-frames.js";
import { composeNetwork, type Network } from "./network.js";
import { shrinkSingularValues, type ShrinkageOptions } from "./singular-value-shrinkage.js";

/** Crops of a batch of windows. */
export interface CropBatch {
  /** `[batch, frames, pixels]`, in normalised counts. */
  readonly crops: Float64Array;
  readonly batch: number;
  readonly frames: number;
  /** Of one crop. */
  readonly pixels: number;
}

export interface LossOptions extends ShrinkageOptions {
  /** α, weight of the mean of the sparse part. */
  readonly sparsityWeight: number;
}

/** The loss of a batch in its parts; all are means over windows, channels and crop pixels, in normalised counts. */
export interface LossTerms {
  /** The sum of the three parts. */
  readonly total: number;
  /** mean |R − x|, with R the low-rank part whose singular values are shrunk. */
  readonly reconstruction: number;
  /** α · mean S, with S = relu(x − D). */
  readonly sparsity: number;
  /** mean |x − D − S|, which is relu(D − x). */
  readonly residual: number;
  /** Share of the pixels with S > 0. */
  readonly keptShare: number;
}

/** One array for each of {@link networkParameters}, of its length. */
export type Gradient = Float64Array[];

/** A gradient of zeros for these parameters. */
export function createGradient(parameters: readonly Float64Array[]): Gradient {
  return parameters.map((parameter) => new Float64Array(parameter.length));
}

/**
 * Loss of one batch and its exact gradient, in 64-bit arithmetic. With D = relu(W·x + b) of one crop,
 *
 *     loss = mean |M·D − x| + α · mean relu(x − D) + mean relu(D − x)
 *
 * where M shrinks the singular values of D ({@link shrinkSingularValues}). Only n × n algebra lies between the passes
 * over the pixels. At the kinks, relu and | | have the derivative 0.
 *
 * @param gradient - where d total / d parameters is written, in the order of {@link networkParameters}; `null` if only
 *   the loss is wanted
 */
export function lossAndGradient(
  network: Network,
  { crops, batch, frames, pixels }: CropBatch,
  options: LossOptions,
  gradient: Gradient | null,
): LossTerms {
  const { matrix, bias } = composeNetwork(network);
  const fused = frames === 3 && network.bias1 === null;
  const room = fused ? 0 : pixels;
  const lowRank = new Float64Array(frames * room);
  const signs = new Float64Array(frames * room);
  const row = new Float64Array(room);
  const sums = createLossSums(frames);
  for (let item = 0; item < batch; item++) {
    const x = crops.subarray(item * frames * pixels, (item + 1) * frames * pixels);
    if (fused) addThreeFrameItem(x, pixels, matrix, options, gradient !== null, sums);
    else addItem(x);
  }
  return finishLoss(network, sums, batch * frames * pixels, options, gradient);

  function addItem(x: Float64Array): void {
    for (let j = 0; j < frames; j++) {
      combineRows(row, matrix, j, x, frames, pixels);
      const at = j * pixels;
      for (let p = 0; p < pixels; p++) lowRank[at + p] = Math.max(row[p] + bias[j], 0);
    }
    const gram = rowProducts(lowRank, lowRank, frames, pixels);
    const shrinkage = shrinkSingularValues(gram, frames, options);
    for (let j = 0; j < frames; j++) {
      combineRows(row, shrinkage.matrix, j, lowRank, frames, pixels);
      addLosses(x, j);
    }
    if (!gradient) return;

    // dloss/dD = M·g + 2·dG·D + the terms of S and the residual, with g = sign(M·D − x) and dM = g·Dᵀ.
    const gramGradient = shrinkage.gramGradient(rowProducts(signs, lowRank, frames, pixels));
    const doubled = gramGradient.map((value) => 2 * value);
    for (let j = 0; j < frames; j++) {
      combineRows(row, shrinkage.matrix, j, signs, frames, pixels);
      combineRows(row, doubled, j, lowRank, frames, pixels, true);
      addSlopes(x, j);
    }
  }

  /** `row` holds M·D of channel j; leaves its signs in `signs`. */
  function addLosses(x: Float64Array, j: number): void {
    const at = j * pixels;
    let reconstructed = 0;
    let sparse = 0;
    let residual = 0;
    let kept = 0;
    for (let p = 0; p < pixels; p++) {
      const value = x[at + p];
      const error = row[p] - value;
      reconstructed += Math.abs(error);
      signs[at + p] = error > 0 ? 1 : error < 0 ? -1 : 0;
      const above = value - lowRank[at + p];
      if (above > 0) {
        sparse += above;
        kept++;
      } else residual -= above;
    }
    sums.reconstruction += reconstructed;
    sums.sparse += sparse;
    sums.residual += residual;
    sums.kept += kept;
  }

  /** `row` holds M·g + 2·dG·D of channel j. */
  function addSlopes(x: Float64Array, j: number): void {
    const at = j * pixels;
    const { sparsityWeight } = options;
    let sum = 0;
    for (let p = 0; p < pixels; p++) {
      const low = lowRank[at + p];
      const above = x[at + p] - low;
      const slope = low > 0 ? row[p] + (above > 0 ? -sparsityWeight : above < 0 ? 1 : 0) : 0;
      row[p] = slope;
      sum += slope;
    }
    sums.biasGradient[j] += sum;
    for (let i = 0; i < frames; i++) sums.matrixGradient[j * frames + i] += dotRows(row, 0, x, i * pixels, pixels);
  }
}

/** out = Σ_k matrix[j, k] · rows[k], or added to out. */
function combineRows(
  out: Float64Array,
  matrix: Float64Array,
  j: number,
  rows: Float64Array,
  frames: number,
  pixels: number,
  add = false,
): void {
  if (!add) out.fill(0);
  let k = 0;
  // Three rows at a time: one pass over `out` for the usual window.
  for (; k + 2 < frames; k += 3) {
    const w0 = matrix[j * frames + k];
    const w1 = matrix[j * frames + k + 1];
    const w2 = matrix[j * frames + k + 2];
    const at0 = k * pixels;
    const at1 = at0 + pixels;
    const at2 = at1 + pixels;
    for (let p = 0; p < pixels; p++) out[p] += w0 * rows[at0 + p] + w1 * rows[at1 + p] + w2 * rows[at2 + p];
  }
  for (; k < frames; k++) {
    const weight = matrix[j * frames + k];
    const at = k * pixels;
    for (let p = 0; p < pixels; p++) out[p] += weight * rows[at + p];
  }
}

/** a·bᵀ for `[frames, pixels]` each. */
function rowProducts(a: Float64Array, b: Float64Array, frames: number, pixels: number): Float64Array {
  const products = new Float64Array(frames * frames);
  for (let j = 0; j < frames; j++) {
    for (let k = 0; k < frames; k++) {
      products[j * frames + k] =
        a === b && k < j ? products[k * frames + j] : dotRows(a, j * pixels, b, k * pixels, pixels);
    }
  }
  return products;
}

/** Two sums side by side, so that an addition need not wait for the one before. */
function dotRows(a: Float64Array, fromA: number, b: Float64Array, fromB: number, count: number): number {
  let even = 0;
  let odd = 0;
  let p = 0;
  for (; p + 1 < count; p += 2) {
    even += a[fromA + p] * b[fromB + p];
    odd += a[fromA + p + 1] * b[fromB + p + 1];
  }
  if (p < count) even += a[fromA + p] * b[fromB + p];
  return even + odd;
}
