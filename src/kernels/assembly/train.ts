import { combineRows, dotRows, rectifyRow, sumLanes, sumRow } from "./rows";
import { loadFour } from "./vector";

/**
 * Sums over the pixels of one training crop; `core/loss.ts` has the formulas. In the order of calls, with n × n algebra of
 * the caller between them:
 *
 *     gather         x, the normalised crop
 *     project        D = relu(W·x + b) and the Gram matrix D·Dᵀ
 *     compare        the losses of R = M·D, g = sign(R − x), g·Dᵀ, and q = M·g + the slopes of S and the residual
 *     differentiate  q = [D > 0]·(q + 2·dG·D), and q·xᵀ
 *
 * Rows are padded to whole steps of 16 pixels with zeros, which add nothing to any sum. Sums run over a tile of pixels
 * in float32, 16 values a lane, and over the tiles in float64: the smallest singular value of D is near 1/800 of the
 * largest, and its square near 1e-6 of the Gram matrix.
 */

const step: usize = 16;
const tilePixels: usize = 256;

let n: usize = 0;
let pixels: usize = 0;
let paddedPixels: usize = 0;
/** Bytes from one row to the next. */
let stride: usize = 0;
/** `[n, paddedPixels]` each. */
let crop: usize = 0;
let dense: usize = 0;
let slopes: usize = 0;
/** `[n, tilePixels]` */
let tile: usize = 0;
const tileStride: usize = tilePixels * 4;
/** `[n, n]` and `[n]`, float32: what the caller sets. */
let matrix: usize = 0;
let bias: usize = 0;
/** `[n, n]`, `[4]` and `[n]`, float64: what the caller reads. */
let products: usize = 0;
let losses: usize = 0;
let totals: usize = 0;

/** Lays the arrays out from `base`, a multiple of 16, on; `trainingBytes` in the trainer says how large they are. */
export function prepareTraining(base: usize, frames: i32, cropPixels: i32): void {
  n = frames;
  pixels = cropPixels;
  paddedPixels = (pixels + step - 1) & ~(step - 1);
  stride = paddedPixels * 4;
  crop = base;
  dense = crop + n * stride;
  slopes = dense + n * stride;
  tile = slopes + n * stride;
  products = tile + n * tileStride;
  losses = products + n * n * 8;
  totals = losses + 4 * 8;
  matrix = totals + n * 8;
  bias = matrix + n * n * 4;
}

/** Where W, M or 2·dG of the next call goes: `[n, n]`, float32. */
export function matrixAddress(): usize {
  return matrix;
}

/** Where b goes: `[n]`, float32. */
export function biasAddress(): usize {
  return bias;
}

/** Where the last call has left D·Dᵀ, g·Dᵀ or q·xᵀ: `[n, n]`, float64. */
export function productsAddress(): usize {
  return products;
}

/** Where `compare` has left Σ|R − x|, Σ relu(x − D), Σ relu(D − x) and the number of x > D, float64. */
export function lossesAddress(): usize {
  return losses;
}

/** Where `differentiate` has left Σ q: `[n]`, float64. */
export function totalsAddress(): usize {
  return totals;
}

/**
 * Row k of the crop: (sample − shift − rest) · scale. The first part of the shift is a whole number, so that taking it
 * away loses nothing.
 *
 * @param from - address of the first pixel of the crop in its frame
 * @param frameStride - bytes from one row of the frame to the next
 */
export function gatherUint8(k: i32, from: usize, frameStride: i32, side: i32, shift: f32, rest: f32, scale: f32): void {
  gather<u8>(k, from, frameStride, side, shift, rest, scale);
}

export function gatherUint16(
  k: i32,
  from: usize,
  frameStride: i32,
  side: i32,
  shift: f32,
  rest: f32,
  scale: f32,
): void {
  gather<u16>(k, from, frameStride, side, shift, rest, scale);
}

export function gatherFloat32(
  k: i32,
  from: usize,
  frameStride: i32,
  side: i32,
  shift: f32,
  rest: f32,
  scale: f32,
): void {
  gather<f32>(k, from, frameStride, side, shift, rest, scale);
}

function gather<T>(k: i32, from: usize, frameStride: i32, side: i32, shift: f32, rest: f32, scale: f32): void {
  const s = f32x4.splat(shift);
  const r = f32x4.splat(rest);
  const f = f32x4.splat(scale);
  const wholeFours = side & ~3;
  let out = crop + <usize>k * stride;
  for (let row = 0; row < side; row++) {
    let i = 0;
    for (; i < wholeFours; i += 4) {
      v128.store(out, f32x4.mul(f32x4.sub(f32x4.sub(loadFour<T>(from + i * sizeof<T>()), s), r), f));
      out += 16;
    }
    for (; i < side; i++) {
      store<f32>(out, (<f32>load<T>(from + i * sizeof<T>()) - shift - rest) * scale);
      out += 4;
    }
    from += frameStride;
  }
  memory.fill(out, 0, (paddedPixels - pixels) * 4);
}

/** D and D·Dᵀ, from W and b. */
export function project(): void {
  memory.fill(products, 0, n * n * 8);
  for (let from: usize = 0; from < paddedPixels; from += tilePixels) {
    const at = from * 4;
    const count = min(tilePixels, paddedPixels - from);
    for (let j: usize = 0; j < n; j++) {
      const row = dense + j * stride + at;
      combineRows(row, matrix + j * n * 4, crop + at, stride, n, count, load<f32>(bias + j * 4));
      rectifyRow(row, count);
      // With a bias, the padding holds relu(b).
      if (from + count > pixels) memory.fill(row + (pixels - from) * 4, 0, (from + count - pixels) * 4);
      for (let k: usize = 0; k <= j; k++) addProduct(j, k, dotRows(row, dense + k * stride + at, count));
    }
  }
  for (let j: usize = 0; j < n; j++) {
    for (let k: usize = 0; k < j; k++) store<f64>(products + (k * n + j) * 8, load<f64>(products + (j * n + k) * 8));
  }
}

/**
 * The losses from M; with `withSlopes` also g·Dᵀ and q.
 *
 * @param alpha - slope of S
 */
export function compare(alpha: f32, withSlopes: bool): void {
  memory.fill(products, 0, n * n * 8);
  memory.fill(losses, 0, 4 * 8);
  for (let from: usize = 0; from < paddedPixels; from += tilePixels) {
    const at = from * 4;
    const count = min(tilePixels, paddedPixels - from);
    for (let j: usize = 0; j < n; j++) {
      const row = tile + j * tileStride;
      combineRows(row, matrix + j * n * 4, dense + at, stride, n, count, 0);
      addLosses(row, crop + j * stride + at, dense + j * stride + at, count);
    }
    if (!withSlopes) continue;
    for (let j: usize = 0; j < n; j++) {
      const row = slopes + j * stride + at;
      combineRows(row, matrix + j * n * 4, tile, tileStride, n, count, 0);
      addSlopes(row, crop + j * stride + at, dense + j * stride + at, count, alpha);
      for (let k: usize = 0; k < n; k++) {
        addProduct(j, k, dotRows(tile + j * tileStride, dense + k * stride + at, count));
      }
    }
  }
}

/** q·xᵀ and Σ q, from 2·dG. */
export function differentiate(): void {
  memory.fill(products, 0, n * n * 8);
  memory.fill(totals, 0, n * 8);
  for (let from: usize = 0; from < paddedPixels; from += tilePixels) {
    const at = from * 4;
    const count = min(tilePixels, paddedPixels - from);
    for (let j: usize = 0; j < n; j++) {
      combineRows(tile, matrix + j * n * 4, dense + at, stride, n, count, 0);
      addWhereOn(tile, slopes + j * stride + at, dense + j * stride + at, count);
      for (let i: usize = 0; i < n; i++) addProduct(j, i, dotRows(tile, crop + i * stride + at, count));
      store<f64>(totals + j * 8, load<f64>(totals + j * 8) + sumRow(tile, count));
    }
  }
}

function addProduct(j: usize, k: usize, value: f64): void {
  const at = products + (j * n + k) * 8;
  store<f64>(at, load<f64>(at) + value);
}

function addLoss(which: usize, value: f64): void {
  store<f64>(losses + which * 8, load<f64>(losses + which * 8) + value);
}

/** Replaces R by its signs against x, after adding up the losses. */
function addLosses(row: usize, x: usize, d: usize, count: usize): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const signBit = i32x4.splat(0x80000000);
  let reconstruction = zero;
  let above = zero;
  let below = zero;
  let kept = i32x4.splat(0);
  for (const end = row + count * 4; row < end; row += 16, x += 16, d += 16) {
    const value = v128.load(x);
    const error = f32x4.sub(v128.load(row), value);
    reconstruction = f32x4.add(reconstruction, f32x4.abs(error));
    v128.store(row, v128.and(f32x4.ne(error, zero), v128.or(one, v128.and(error, signBit))));
    const rest = f32x4.sub(value, v128.load(d));
    above = f32x4.add(above, f32x4.pmax(zero, rest));
    below = f32x4.sub(below, f32x4.pmin(zero, rest));
    kept = i32x4.sub(kept, f32x4.gt(rest, zero));
  }
  addLoss(0, sumLanes(reconstruction));
  addLoss(1, sumLanes(above));
  addLoss(2, sumLanes(below));
  addLoss(3, sumLanes(f32x4.convert_i32x4_s(kept)));
}

/** Adds −α where x is above D, and 1 where it is below. */
function addSlopes(row: usize, x: usize, d: usize, count: usize, alpha: f32): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const minusAlpha = f32x4.splat(-alpha);
  for (const end = row + count * 4; row < end; row += 16, x += 16, d += 16) {
    const rest = f32x4.sub(v128.load(x), v128.load(d));
    const slope = v128.or(v128.and(f32x4.gt(rest, zero), minusAlpha), v128.and(f32x4.lt(rest, zero), one));
    v128.store(row, f32x4.add(v128.load(row), slope));
  }
}

/** row = [d > 0]·(row + added) */
function addWhereOn(row: usize, added: usize, d: usize, count: usize): void {
  const zero = f32x4.splat(0);
  for (const end = row + count * 4; row < end; row += 16, added += 16, d += 16) {
    const sum = f32x4.add(v128.load(row), v128.load(added));
    v128.store(row, v128.and(sum, f32x4.gt(v128.load(d), zero)));
  }
}
