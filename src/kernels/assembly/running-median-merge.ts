import { high, low } from "./running-median-lanes";

/**
 * Sorting networks over runs in memory: Batcher's bitonic merge (AFIPS 1968). A run of n is n groups of 16 bytes, one
 * behind the other; each lane is sorted by itself. Three steps of a network at a time are done in registers.
 */

/**
 * Sorts runs of 8.
 *
 * @param from - may be `to`
 * @param count - groups in all, a multiple of 8
 * @param fours - where to write the sorted runs of 4 that they are made of, or 0
 */
export function sortEights<T>(from: usize, to: usize, count: i32, fours: usize): void {
  const end = from + ((<usize>count) << 4);
  for (; from < end; from += 128, to += 128) {
    const x0 = v128.load(from);
    const x1 = v128.load(from, 16);
    const x2 = v128.load(from, 32);
    const x3 = v128.load(from, 48);
    const a0 = low<T>(x0, x1);
    const a1 = high<T>(x0, x1);
    const a2 = low<T>(x2, x3);
    const a3 = high<T>(x2, x3);
    const inner0 = high<T>(a0, a2);
    const inner1 = low<T>(a1, a3);
    const sorted0 = low<T>(a0, a2);
    const sorted1 = low<T>(inner0, inner1);
    const sorted2 = high<T>(inner0, inner1);
    const sorted3 = high<T>(a1, a3);

    const y0 = v128.load(from, 64);
    const y1 = v128.load(from, 80);
    const y2 = v128.load(from, 96);
    const y3 = v128.load(from, 112);
    const b0 = low<T>(y0, y1);
    const b1 = high<T>(y0, y1);
    const b2 = low<T>(y2, y3);
    const b3 = high<T>(y2, y3);
    const inner2 = high<T>(b0, b2);
    const inner3 = low<T>(b1, b3);
    const sorted4 = low<T>(b0, b2);
    const sorted5 = low<T>(inner2, inner3);
    const sorted6 = high<T>(inner2, inner3);
    const sorted7 = high<T>(b1, b3);

    if (fours !== 0) {
      v128.store(fours, sorted0);
      v128.store(fours, sorted1, 16);
      v128.store(fours, sorted2, 32);
      v128.store(fours, sorted3, 48);
      v128.store(fours, sorted4, 64);
      v128.store(fours, sorted5, 80);
      v128.store(fours, sorted6, 96);
      v128.store(fours, sorted7, 112);
      fours += 128;
    }
    const c0 = high<T>(sorted3, sorted4);
    const c1 = high<T>(sorted2, sorted5);
    const c2 = high<T>(sorted1, sorted6);
    const c3 = high<T>(sorted0, sorted7);
    storeCleanedFour<T>(
      to,
      16,
      low<T>(sorted0, sorted7),
      low<T>(sorted1, sorted6),
      low<T>(sorted2, sorted5),
      low<T>(sorted3, sorted4),
    );
    storeCleanedFour<T>(to + 64, 16, c0, c1, c2, c3);
  }
}

/**
 * Merges each two neighbouring runs of n into one of 2n.
 *
 * @param from - may be `to`
 * @param count - groups in all, a multiple of 2n
 * @param n - a power of two from 4
 */
export function mergeRuns<T>(from: usize, to: usize, count: i32, n: i32): void {
  const bytes = (<usize>n) << 4;
  const quarter = bytes >> 2;
  const end = from + ((<usize>count) << 4);
  let out = to;
  for (let run = from; run < end; run += 2 * bytes, out += 2 * bytes) {
    // Against the second run from its end: both halves come out as bitonic sequences, cleaned by strides n/2, n/4, …
    let y: usize = 2 * bytes - 16;
    for (let x: usize = 0; x < quarter; x += 16, y -= 16) {
      const y0 = run + y;
      const y1 = y0 - quarter;
      const y2 = y1 - quarter;
      const y3 = y2 - quarter;
      const x0 = run + x;
      const x1 = x0 + quarter;
      const x2 = x1 + quarter;
      const x3 = x2 + quarter;
      const a0 = low<T>(v128.load(x0), v128.load(y0));
      const b0 = high<T>(v128.load(x0), v128.load(y0));
      const a1 = low<T>(v128.load(x1), v128.load(y1));
      const b1 = high<T>(v128.load(x1), v128.load(y1));
      const a2 = low<T>(v128.load(x2), v128.load(y2));
      const b2 = high<T>(v128.load(x2), v128.load(y2));
      const a3 = low<T>(v128.load(x3), v128.load(y3));
      const b3 = high<T>(v128.load(x3), v128.load(y3));
      storeCleanedFour<T>(out + x, quarter, a0, a1, a2, a3);
      storeCleanedFour<T>(out + y - 3 * quarter, quarter, b3, b2, b1, b0);
    }
  }
  cleanRuns<T>(to, count, n >> 2);
}

/** Two steps of a bitonic merge. */
export function storeCleanedFour<T>(at: usize, stride: usize, x0: v128, x1: v128, x2: v128, x3: v128): void {
  const a0 = low<T>(x0, x2);
  const a1 = low<T>(x1, x3);
  const a2 = high<T>(x0, x2);
  const a3 = high<T>(x1, x3);
  const second = at + stride;
  const third = second + stride;
  v128.store(at, low<T>(a0, a1));
  v128.store(second, high<T>(a0, a1));
  v128.store(third, low<T>(a2, a3));
  v128.store(third + stride, high<T>(a2, a3));
}

/** Sorts runs of n, each a bitonic sequence, in place. */
export function cleanRuns<T>(at: usize, count: i32, n: i32): void {
  const end = at + ((<usize>count) << 4);
  const steps = ctz(n) % 3;
  if (steps === 1) {
    cleanByTwo<T>(at, end, (<usize>n) << 3);
    n >>= 1;
  } else if (steps === 2) {
    cleanByFour<T>(at, end, (<usize>n) << 2);
    n >>= 2;
  }
  for (; n > 1; n >>= 3) cleanByEight<T>(at, end, (<usize>n) << 1);
}

/** One step: runs of 2 strides. */
function cleanByTwo<T>(at: usize, end: usize, stride: usize): void {
  for (; at < end; at += stride) {
    for (const stop = at + stride; at < stop; at += 16) {
      const x = v128.load(at);
      const y = v128.load(at + stride);
      v128.store(at, low<T>(x, y));
      v128.store(at + stride, high<T>(x, y));
    }
  }
}

/** Two steps: runs of 4 strides. */
function cleanByFour<T>(at: usize, end: usize, stride: usize): void {
  for (; at < end; at += 3 * stride) {
    for (const stop = at + stride; at < stop; at += 16) {
      const second = at + stride;
      const third = second + stride;
      const fourth = third + stride;
      storeCleanedFour<T>(at, stride, v128.load(at), v128.load(second), v128.load(third), v128.load(fourth));
    }
  }
}

/** Three steps: runs of 8 strides. */
function cleanByEight<T>(at: usize, end: usize, stride: usize): void {
  if (stride === 16) {
    for (; at < end; at += 128) {
      const x0 = v128.load(at);
      const x1 = v128.load(at, 16);
      const x2 = v128.load(at, 32);
      const x3 = v128.load(at, 48);
      const x4 = v128.load(at, 64);
      const x5 = v128.load(at, 80);
      const x6 = v128.load(at, 96);
      const x7 = v128.load(at, 112);
      storeCleanedFour<T>(at, 16, low<T>(x0, x4), low<T>(x1, x5), low<T>(x2, x6), low<T>(x3, x7));
      storeCleanedFour<T>(at + 64, 16, high<T>(x0, x4), high<T>(x1, x5), high<T>(x2, x6), high<T>(x3, x7));
    }
    return;
  }
  for (; at < end; at += 7 * stride) {
    for (const stop = at + stride; at < stop; at += 16) {
      const x0 = v128.load(at);
      const x1 = v128.load(at + stride);
      const x2 = v128.load(at + 2 * stride);
      const x3 = v128.load(at + 3 * stride);
      const x4 = v128.load(at + 4 * stride);
      const x5 = v128.load(at + 5 * stride);
      const x6 = v128.load(at + 6 * stride);
      const x7 = v128.load(at + 7 * stride);
      storeCleanedFour<T>(at, stride, low<T>(x0, x4), low<T>(x1, x5), low<T>(x2, x6), low<T>(x3, x7));
      storeCleanedFour<T>(at + 4 * stride, stride, high<T>(x0, x4), high<T>(x1, x5), high<T>(x2, x6), high<T>(x3, x7));
    }
  }
}
