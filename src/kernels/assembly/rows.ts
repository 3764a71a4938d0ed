import { madd } from "./vector";

/** Loops over rows of float32, whole steps of 16 pixels long. Addresses are those of the first pixel. */

/** Σ of the lanes, in float64. */
export function sumLanes(v: v128): f64 {
  return (
    <f64>f32x4.extract_lane(v, 0) +
    <f64>f32x4.extract_lane(v, 1) +
    <f64>f32x4.extract_lane(v, 2) +
    <f64>f32x4.extract_lane(v, 3)
  );
}

/**
 * out = start + Σ_k weights[k] · rows[k]
 *
 * @param weights - `[n]`, float32
 * @param stride - bytes from one row to the next
 */
export function combineRows(
  out: usize,
  weights: usize,
  rows: usize,
  stride: usize,
  n: usize,
  count: usize,
  start: f32,
): void {
  const first = f32x4.splat(start);
  for (let at: usize = 0; at < count * 4; at += 64) {
    let a = first;
    let b = first;
    let c = first;
    let d = first;
    let x = rows + at;
    for (let k: usize = 0; k < n; k++) {
      const w = v128.load32_splat(weights + k * 4);
      a = madd(w, v128.load(x), a);
      b = madd(w, v128.load(x, 16), b);
      c = madd(w, v128.load(x, 32), c);
      d = madd(w, v128.load(x, 48), d);
      x += stride;
    }
    const to = out + at;
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
}

/** Σ a · b. In float32 within a lane, so `count` should stay at some hundreds. */
export function dotRows(a: usize, b: usize, count: usize): f64 {
  let first = f32x4.splat(0);
  let second = f32x4.splat(0);
  let third = f32x4.splat(0);
  let fourth = f32x4.splat(0);
  for (const end = a + count * 4; a < end; a += 64, b += 64) {
    first = madd(v128.load(a), v128.load(b), first);
    second = madd(v128.load(a, 16), v128.load(b, 16), second);
    third = madd(v128.load(a, 32), v128.load(b, 32), third);
    fourth = madd(v128.load(a, 48), v128.load(b, 48), fourth);
  }
  return sumLanes(first) + sumLanes(second) + (sumLanes(third) + sumLanes(fourth));
}

/** Σ a, likewise. */
export function sumRow(a: usize, count: usize): f64 {
  let sum = f32x4.splat(0);
  for (const end = a + count * 4; a < end; a += 16) sum = f32x4.add(sum, v128.load(a));
  return sumLanes(sum);
}

/** row = max(0, row) */
export function rectifyRow(row: usize, count: usize): void {
  const zero = f32x4.splat(0);
  for (const end = row + count * 4; row < end; row += 16) v128.store(row, f32x4.pmax(zero, v128.load(row)));
}
