export { heapBase } from "./heap";

/**
 * Adds rows of a frame to a row of float64 sums, four pixels at a time: `width` is a multiple of 4, and what lies behind the
 * last pixel of each row and of the sums may be read and written up to there.
 *
 * @param rows - address of the first row
 * @param count - of rows, at least 1
 * @param stride - bytes from one row to the next
 * @param first - weight of the first row
 * @param last - weight of the last row, where that is not the first; those between count 1
 * @param sums - address
 * @param fresh - the sums begin at 0
 */
export function addRowsUint8(
  rows: usize,
  count: i32,
  stride: usize,
  width: i32,
  first: f64,
  last: f64,
  sums: usize,
  fresh: boolean,
): void {
  addRows<u8>(rows, count, stride, width, first, last, sums, fresh);
}

export function addRowsUint16(
  rows: usize,
  count: i32,
  stride: usize,
  width: i32,
  first: f64,
  last: f64,
  sums: usize,
  fresh: boolean,
): void {
  addRows<u16>(rows, count, stride, width, first, last, sums, fresh);
}

export function addRowsFloat32(
  rows: usize,
  count: i32,
  stride: usize,
  width: i32,
  first: f64,
  last: f64,
  sums: usize,
  fresh: boolean,
): void {
  addRows<f32>(rows, count, stride, width, first, last, sums, fresh);
}

function addRows<T>(
  rows: usize,
  count: i32,
  stride: usize,
  width: i32,
  first: f64,
  last: f64,
  sums: usize,
  fresh: boolean,
): void {
  const firstWeight = f64x2.splat(first);
  const lastWeight = f64x2.splat(last);
  for (let x: usize = 0; x < <usize>width; x += 4) {
    let at = rows + x * sizeof<T>();
    const to = sums + (x << 3);
    let four = loadFour<T>(at);
    let a = f64x2.mul(firstWeight, lowPair<T>(four));
    let b = f64x2.mul(firstWeight, highPair<T>(four));
    if (!fresh) {
      a = f64x2.add(v128.load(to), a);
      b = f64x2.add(v128.load(to, 16), b);
    }
    for (let k = 2; k < count; k++) {
      at += stride;
      four = loadFour<T>(at);
      a = f64x2.add(a, lowPair<T>(four));
      b = f64x2.add(b, highPair<T>(four));
    }
    if (count > 1) {
      four = loadFour<T>(at + stride);
      a = f64x2.add(a, f64x2.mul(lastWeight, lowPair<T>(four)));
      b = f64x2.add(b, f64x2.mul(lastWeight, highPair<T>(four)));
    }
    v128.store(to, a);
    v128.store(to, b, 16);
  }
}

/** Four pixels: floats as they are, others as 32-bit integers. */
function loadFour<T>(at: usize): v128 {
  if (isFloat<T>()) return v128.load(at);
  if (sizeof<T>() === 2) return v128.load16x4_u(at);
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
}

function lowPair<T>(four: v128): v128 {
  return isFloat<T>() ? f64x2.promote_low_f32x4(four) : f64x2.convert_low_i32x4_s(four);
}

function highPair<T>(four: v128): v128 {
  return lowPair<T>(v128.shuffle<i64>(four, four, 1, 1));
}

/**
 * Weighted means of neighbours in a row.
 *
 * @param sums - address of the row, float64
 * @param columns - for each mean the place of its first and its last neighbour in the row (bytes, int32), the weight of each and
 *   the share of all (float64); those between the two count 1
 * @param scale - of all means
 * @param out - address of the means, float32
 */
export function combineColumns(sums: usize, columns: usize, count: i32, scale: f64, out: usize): void {
  for (const end = columns + ((<usize>count) << 5); columns < end; columns += 32, out += 4) {
    let at = sums + <usize>load<i32>(columns);
    const last = sums + <usize>load<i32>(columns, 4);
    let sum = load<f64>(columns, 8) * load<f64>(at) + load<f64>(columns, 16) * load<f64>(last);
    for (at += 8; at < last; at += 8) sum += load<f64>(at);
    store<f32>(out, <f32>(sum * (scale * load<f64>(columns, 24))));
  }
}
