/**
 * Where molecules are in a frame; `core/masked-mean.ts` has the rule. Each step rounds as that code and
 * `core/gaussian-blur.ts` do, in float64 and without fused multiplication, so that all engines mask the same pixels.
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

/** Bytes that {@link maskMolecules} needs for itself, besides the frame and the mask. */
export function maskScratchBytes(width: i32, height: i32): i32 {
  return 2 * 4 * strideOf(width) * height + 8 * (strideOf(width) + 16) + 2 * (byteStrideOf(width) * height + 32);
}

/**
 * Writes 255 where there is a molecule, else 0.
 *
 * @param sparse - address of S, `[height, width]`, float32
 * @param weights - address of the 7 weights of the Gaussian, float64
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
  const frameBytes = <usize>(4 * strideOf(width) * height);
  const rows = scratch;
  const blurred = rows + frameBytes;
  const padded = blurred + frameBytes;
  const found = padded + <usize>(8 * (strideOf(width) + 16));
  const wide = found + <usize>(byteStrideOf(width) * height + 32);
  for (let row = 0; row < height; row++) blurRow(sparse, width, row, weights, padded, rows);
  for (let row = 0; row < height; row++) blurColumns(rows, width, height, row, weights, blurred);
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
  const inner = padded + ((<usize>reach) << 3);
  for (let x = 0; x < width; x++) store<f64>(inner + ((<usize>x) << 3), <f64>load<f32>(from + ((<usize>x) << 2)));
  for (let k = 1; k <= reach; k++) {
    store<f64>(inner - ((<usize>k) << 3), <f64>load<f32>(from + ((<usize>mirrored(-k, width)) << 2)));
    const right = width - 1 + k;
    store<f64>(inner + ((<usize>right) << 3), <f64>load<f32>(from + ((<usize>mirrored(right, width)) << 2)));
  }
  const w0 = v128.load64_splat(weights);
  const w1 = v128.load64_splat(weights, 8);
  const w2 = v128.load64_splat(weights, 16);
  const w3 = v128.load64_splat(weights, 24);
  const w4 = v128.load64_splat(weights, 32);
  const w5 = v128.load64_splat(weights, 40);
  const w6 = v128.load64_splat(weights, 48);
  const out = rows + ((<usize>(row * strideOf(width))) << 2);
  for (let x = 0; x < width; x += 4) {
    const at = padded + ((<usize>x) << 3);
    let a = f64x2.mul(w0, v128.load(at));
    let b = f64x2.mul(w0, v128.load(at, 16));
    a = f64x2.add(a, f64x2.mul(w1, v128.load(at, 8)));
    b = f64x2.add(b, f64x2.mul(w1, v128.load(at, 24)));
    a = f64x2.add(a, f64x2.mul(w2, v128.load(at, 16)));
    b = f64x2.add(b, f64x2.mul(w2, v128.load(at, 32)));
    a = f64x2.add(a, f64x2.mul(w3, v128.load(at, 24)));
    b = f64x2.add(b, f64x2.mul(w3, v128.load(at, 40)));
    a = f64x2.add(a, f64x2.mul(w4, v128.load(at, 32)));
    b = f64x2.add(b, f64x2.mul(w4, v128.load(at, 48)));
    a = f64x2.add(a, f64x2.mul(w5, v128.load(at, 40)));
    b = f64x2.add(b, f64x2.mul(w5, v128.load(at, 56)));
    a = f64x2.add(a, f64x2.mul(w6, v128.load(at, 48)));
    b = f64x2.add(b, f64x2.mul(w6, v128.load(at, 64)));
    v128.store(out + ((<usize>x) << 2), demoted(a, b));
  }
}

/** One row of the blurred frame. The sum is rounded to float32 after each term, as the TypeScript code does. */
function blurColumns(rows: usize, width: i32, height: i32, row: i32, weights: usize, blurred: usize): void {
  const stride = (<usize>strideOf(width)) << 2;
  const r0 = rows + stride * <usize>mirrored(row - 3, height);
  const r1 = rows + stride * <usize>mirrored(row - 2, height);
  const r2 = rows + stride * <usize>mirrored(row - 1, height);
  const r3 = rows + stride * <usize>row;
  const r4 = rows + stride * <usize>mirrored(row + 1, height);
  const r5 = rows + stride * <usize>mirrored(row + 2, height);
  const r6 = rows + stride * <usize>mirrored(row + 3, height);
  const w0 = v128.load64_splat(weights);
  const w1 = v128.load64_splat(weights, 8);
  const w2 = v128.load64_splat(weights, 16);
  const w3 = v128.load64_splat(weights, 24);
  const w4 = v128.load64_splat(weights, 32);
  const w5 = v128.load64_splat(weights, 40);
  const w6 = v128.load64_splat(weights, 48);
  const out = blurred + stride * <usize>row;
  for (let at: usize = 0; at < (<usize>width) << 2; at += 16) {
    let sum = added(f32x4.splat(0), w0, v128.load(r0 + at));
    sum = added(sum, w1, v128.load(r1 + at));
    sum = added(sum, w2, v128.load(r2 + at));
    sum = added(sum, w3, v128.load(r3 + at));
    sum = added(sum, w4, v128.load(r4 + at));
    sum = added(sum, w5, v128.load(r5 + at));
    sum = added(sum, w6, v128.load(r6 + at));
    v128.store(out + at, sum);
  }
}

function added(sum: v128, weight: v128, values: v128): v128 {
  const low = f64x2.add(f64x2.promote_low_f32x4(sum), f64x2.mul(weight, f64x2.promote_low_f32x4(values)));
  const high = f64x2.add(f64x2.promote_low_f32x4(upper(sum)), f64x2.mul(weight, f64x2.promote_low_f32x4(upper(values))));
  return demoted(low, high);
}

/** The upper two of four floats, in the lower places. */
export function upper(values: v128): v128 {
  return v128.shuffle<i64>(values, values, 1, 1);
}

/** Two pairs of float64 as four float32. */
export function demoted(low: v128, high: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
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
