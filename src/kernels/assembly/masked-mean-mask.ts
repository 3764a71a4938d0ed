import { upper } from "./vector";

/**
 * Where molecules are in a frame; `core/masked-mean.ts` has the rule. Each step rounds as that code and
 * `core/gaussian-blur.ts` do, without fused multiplication, so that all engines mask the same pixels.
 *
 * Rows of floats are `strideOf(width)` values long. What is behind their `width` values is computed with and never used.
 */

/** Pixels that the blur reaches in each direction: 3 standard deviations of 1 pixel. */
const reach: i32 = 3;
const deviations: f64 = 3;

/** Values from one row to the next. */
function strideOf(width: i32): i32 {
  return (width + 15) & ~15;
}

/** Bytes from one row of the grown mask to the next; 16 of them before each row stay 0. */
function byteStrideOf(width: i32): i32 {
  return strideOf(width) + 16;
}

/** Rows of the first pass that are held: those that one row of the second pass reaches, in a power of two. */
const heldRows: i32 = 8;

/** Bytes that {@link maskMolecules} needs for itself, besides the frame and the mask. */
export function maskScratchBytes(width: i32, height: i32): i32 {
  return (
    4 * strideOf(width) * height +
    4 * (strideOf(width) * heldRows + strideOf(width) + 16) +
    2 * (byteStrideOf(width) * height + 32)
  );
}

/**
 * Writes 255 where there is a molecule, else 0.
 *
 * @param sparse - address of S, `[height, width]`, float32
 * @param weights - address of the 7 weights of the Gaussian, float32
 * @param mask - address, `[height, width]` bytes and 16 more that are overwritten
 * @param scratch - address of {@link maskScratchBytes} bytes, zeroed before the first call
 */
export function maskMolecules(
  sparse: usize,
  width: i32,
  height: i32,
  weights: usize,
  mask: usize,
  scratch: usize,
): void {
  const blurred = scratch;
  const rows = blurred + <usize>(4 * strideOf(width) * height);
  const padded = rows + <usize>(4 * strideOf(width) * heldRows);
  const found = padded + <usize>(4 * (strideOf(width) + 16));
  const wide = found + <usize>(byteStrideOf(width) * height + 32);
  let done = 0;
  for (let row = 0; row < height; row++) {
    for (; done < height && done <= row + reach; done++) blurRow(sparse, width, done, weights, padded, rows);
    blurColumns(rows, width, height, row, weights, blurred);
  }
  compare(blurred, width, height, limitOf(blurred, width, height), found);
  grow(found, width, height, wide, mask);
}

/** The pixel that a mirror at the edges shows; further out than the size of the image, the edge pixel. */
function mirrored(index: i32, size: i32): i32 {
  const inside = index < 0 ? -1 - index : index >= size ? 2 * size - 1 - index : index;
  return min(max(inside, 0), size - 1);
}

function blurRow(sparse: usize, width: i32, row: i32, weights: usize, padded: usize, rows: usize): void {
  const from = sparse + ((<usize>(row * width)) << 2);
  const inner = padded + ((<usize>reach) << 2);
  memory.copy(inner, from, (<usize>width) << 2);
  for (let k = 1; k <= reach; k++) {
    store<f32>(inner - ((<usize>k) << 2), load<f32>(from + ((<usize>mirrored(-k, width)) << 2)));
    const right = width - 1 + k;
    store<f32>(inner + ((<usize>right) << 2), load<f32>(from + ((<usize>mirrored(right, width)) << 2)));
  }
  const w0 = v128.load32_splat(weights);
  const w1 = v128.load32_splat(weights, 4);
  const w2 = v128.load32_splat(weights, 8);
  const w3 = v128.load32_splat(weights, 12);
  const w4 = v128.load32_splat(weights, 16);
  const w5 = v128.load32_splat(weights, 20);
  const w6 = v128.load32_splat(weights, 24);
  const out = rowAt(rows, width, row);
  for (let x = 0; x < width; x += 4) {
    const at = padded + ((<usize>x) << 2);
    let sum = f32x4.mul(w0, v128.load(at));
    sum = f32x4.add(sum, f32x4.mul(w1, v128.load(at, 4)));
    sum = f32x4.add(sum, f32x4.mul(w2, v128.load(at, 8)));
    sum = f32x4.add(sum, f32x4.mul(w3, v128.load(at, 12)));
    sum = f32x4.add(sum, f32x4.mul(w4, v128.load(at, 16)));
    sum = f32x4.add(sum, f32x4.mul(w5, v128.load(at, 20)));
    sum = f32x4.add(sum, f32x4.mul(w6, v128.load(at, 24)));
    v128.store(out + ((<usize>x) << 2), sum);
  }
}

/** Where a row of the first pass stands. */
function rowAt(rows: usize, width: i32, row: i32): usize {
  return rows + ((<usize>((row & (heldRows - 1)) * strideOf(width))) << 2);
}

/** One row of the blurred frame. */
function blurColumns(rows: usize, width: i32, height: i32, row: i32, weights: usize, blurred: usize): void {
  const r0 = rowAt(rows, width, mirrored(row - 3, height));
  const r1 = rowAt(rows, width, mirrored(row - 2, height));
  const r2 = rowAt(rows, width, mirrored(row - 1, height));
  const r3 = rowAt(rows, width, row);
  const r4 = rowAt(rows, width, mirrored(row + 1, height));
  const r5 = rowAt(rows, width, mirrored(row + 2, height));
  const r6 = rowAt(rows, width, mirrored(row + 3, height));
  const w0 = v128.load32_splat(weights);
  const w1 = v128.load32_splat(weights, 4);
  const w2 = v128.load32_splat(weights, 8);
  const w3 = v128.load32_splat(weights, 12);
  const w4 = v128.load32_splat(weights, 16);
  const w5 = v128.load32_splat(weights, 20);
  const w6 = v128.load32_splat(weights, 24);
  const out = blurred + ((<usize>(row * strideOf(width))) << 2);
  for (let at: usize = 0; at < (<usize>width) << 2; at += 16) {
    let sum = f32x4.mul(w0, v128.load(r0 + at));
    sum = f32x4.add(sum, f32x4.mul(w1, v128.load(r1 + at)));
    sum = f32x4.add(sum, f32x4.mul(w2, v128.load(r2 + at)));
    sum = f32x4.add(sum, f32x4.mul(w3, v128.load(r3 + at)));
    sum = f32x4.add(sum, f32x4.mul(w4, v128.load(r4 + at)));
    sum = f32x4.add(sum, f32x4.mul(w5, v128.load(r5 + at)));
    sum = f32x4.add(sum, f32x4.mul(w6, v128.load(r6 + at)));
    v128.store(out + at, sum);
  }
}

/** Mean plus three standard deviations. */
function limitOf(blurred: usize, width: i32, height: i32): f32 {
  const first = <f64>load<f32>(blurred);
  const firsts = f64x2.splat(first);
  const stride = (<usize>strideOf(width)) << 2;
  let sums = f64x2.splat(0);
  let squares = f64x2.splat(0);
  let sum: f64 = 0;
  let square: f64 = 0;
  const whole = width & ~3;
  for (let row = 0; row < height; row++) {
    const from = blurred + stride * <usize>row;
    for (let x = 0; x < whole; x += 4) {
      const values = v128.load(from + ((<usize>x) << 2));
      const low = f64x2.sub(f64x2.promote_low_f32x4(values), firsts);
      const high = f64x2.sub(f64x2.promote_low_f32x4(upper(values)), firsts);
      sums = f64x2.add(sums, f64x2.add(low, high));
      squares = f64x2.add(squares, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
    }
    for (let x = whole; x < width; x++) {
      const difference = <f64>load<f32>(from + ((<usize>x) << 2)) - first;
      sum += difference;
      square += difference * difference;
    }
  }
  sum += f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  square += f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
  const pixels = <f64>width * <f64>height;
  const mean = sum / pixels;
  const variance = max<f64>(0, square / pixels - mean * mean);
  return <f32>(first + mean + deviations * sqrt<f64>(variance));
}

/** 255 where a value is above the limit. */
function compare(blurred: usize, width: i32, height: i32, limit: f32, found: usize): void {
  const limits = f32x4.splat(limit);
  const stride = (<usize>strideOf(width)) << 2;
  for (let row = 0; row < height; row++) {
    const from = blurred + stride * <usize>row;
    const out = found + 16 + <usize>(byteStrideOf(width) * row);
    for (let x = 0; x < width; x += 16) {
      const at = from + ((<usize>x) << 2);
      v128.store(
        out + <usize>x,
        i8x16.narrow_i16x8_s(
          i16x8.narrow_i32x4_s(f32x4.gt(v128.load(at), limits), f32x4.gt(v128.load(at, 16), limits)),
          i16x8.narrow_i32x4_s(f32x4.gt(v128.load(at, 32), limits), f32x4.gt(v128.load(at, 48), limits)),
        ),
      );
    }
    // What is behind the row must not grow into it.
    for (let x = width; x < strideOf(width); x++) store<u8>(out + <usize>x, 0);
  }
}

/** By two pixels: along the rows, then along the columns. */
function grow(found: usize, width: i32, height: i32, wide: usize, mask: usize): void {
  const stride = <usize>byteStrideOf(width);
  for (let row = 0; row < height; row++) {
    const from = found + 16 + stride * <usize>row;
    const out = wide + 16 + stride * <usize>row;
    for (let x: usize = 0; x < <usize>width; x += 16) {
      const at = from + x;
      const near = v128.or(v128.load(at - 1), v128.load(at, 1));
      const far = v128.or(v128.load(at - 2), v128.load(at, 2));
      v128.store(out + x, v128.or(v128.load(at), v128.or(near, far)));
    }
  }
  // In this order, since what is written behind a row belongs to the next one.
  for (let row = 0; row < height; row++) {
    const out = mask + <usize>(row * width);
    const first = wide + 16 + stride * <usize>max(0, row - 2);
    const last = wide + 16 + stride * <usize>min(height - 1, row + 2);
    for (let x: usize = 0; x < <usize>width; x += 16) {
      let any = v128.load(first + x);
      for (let at = first + stride; at <= last; at += stride) any = v128.or(any, v128.load(at + x));
      v128.store(out + x, any);
    }
  }
}
