import { loadFour, madd } from "./vector";

/**
 * Separates one frame of a window; `core/separation.ts` has the formula. For each pixel i:
 *
 *     L_i = max(0, Σ_k weight_k · x_k[i] + offset) + pedestal
 *     S_i = max(0, x_own[i] − L_i)
 *
 * 16 pixels are worked on at a time, so that the addresses and weights of the n frames are read once for all of them.
 */

/** Pixels worked on at a time. */
const step: i32 = 16;
const stepOfThree: i32 = 8;
/** 2²³: adding it to a number from 0 to 2²³ leaves that number, rounded to even in a tie, in the low bits. */
const roundingShift: f32 = 8388608;
const roundingShiftBits: i32 = 0x4b000000;
const largest: f32 = 65535;
/** From here on, what is rounded would not fit 16 bits; below `tooSmall` neither. */
const tooLarge: f32 = 65535.5;
const tooSmall: f32 = -0.5;

let table: usize = 0;
let frameCount: i32 = 0;
let offset: f32 = 0;
let pedestal: f32 = 0;
let sparse: usize = 0;
let sparseIntegers: bool = false;
let sparseAdded: f32 = 0;
let lowRank: usize = 0;
let lowRankIntegers: bool = false;
let lowRankAdded: f32 = 0;
/** Pixels that did not fit, four counts that are added up at the end, each at most a quarter of the pixels. */
let clippedLanes: v128 = i32x4.splat(0);
let clipped: i32 = 0;

/**
 * Says what the next calls separate.
 *
 * @param windowTable - addresses of the n frames, 4 bytes each, that of the separated frame first; behind them the n
 *   weights, float32, in the same order
 * @param n - frames of the window
 */
export function prepareSeparation(windowTable: usize, n: i32, c: f32, p: f32): void {
  table = windowTable;
  frameCount = n;
  offset = c;
  pedestal = p;
}

/**
 * Says where and how the next calls write S.
 *
 * @param out - address, 0 if it is not wanted
 * @param integers - rounded to 16 bits instead of float32
 * @param added - to every value, before rounding
 */
export function prepareSparse(out: usize, integers: bool, added: f32): void {
  sparse = out;
  sparseIntegers = integers;
  sparseAdded = added;
}

/** The same for L. */
export function prepareLowRank(out: usize, integers: bool, added: f32): void {
  lowRank = out;
  lowRankIntegers = integers;
  lowRankAdded = added;
}

/** Each returns how many values did not fit 16 bits and were set to the nearest limit. */
export function separateUint8(pixels: i32): i32 {
  return separateFrame<u8>(pixels);
}

export function separateUint16(pixels: i32): i32 {
  return separateFrame<u16>(pixels);
}

export function separateFloat32(pixels: i32): i32 {
  return separateFrame<f32>(pixels);
}

function separateFrame<T>(pixels: i32): i32 {
  if (frameCount !== 3 || lowRank !== 0 || sparse === 0) return separate<T>(0, pixels);
  const whole = pixels - (pixels % stepOfThree);
  // Counting costs a third of the time, so it is done only where there is something to count.
  return separateThree<T>(whole) < tooLarge ? separate<T>(whole, pixels) : separate<T>(0, pixels);
}

/**
 * S alone, for windows of three frames, of the first `pixels`. With the sum over the window folded into one,
 *
 *     S + added = max(added, min(x_own + added − pedestal, x_own + added − pedestal − offset − Σ_k weight_k · x_k))
 *
 * Returns the largest value; integers are limited to 16 bits.
 */
function separateThree<T>(pixels: i32): f32 {
  let a = <usize>load<u32>(table);
  let b = <usize>load<u32>(table, 4);
  let c = <usize>load<u32>(table, 8);
  const wa = f32x4.splat(1 - load<f32>(table, 12));
  const wb = f32x4.splat(-load<f32>(table, 16));
  const wc = f32x4.splat(-load<f32>(table, 20));
  const least = f32x4.splat(sparseAdded);
  const most = f32x4.splat(sparseAdded - pedestal);
  const rest = f32x4.splat(sparseAdded - pedestal - offset);
  let out = sparse;
  let top = f32x4.splat(0);
  const end = a + <usize>pixels * sizeof<T>();
  while (a < end) {
    let x = loadFour<T>(a);
    const first = f32x4.pmax(
      least,
      f32x4.pmin(f32x4.add(x, most), madd(wc, loadFour<T>(c), madd(wb, loadFour<T>(b), madd(wa, x, rest)))),
    );
    x = loadFour<T>(a + 4 * sizeof<T>());
    const second = f32x4.pmax(
      least,
      f32x4.pmin(
        f32x4.add(x, most),
        madd(wc, loadFour<T>(c + 4 * sizeof<T>()), madd(wb, loadFour<T>(b + 4 * sizeof<T>()), madd(wa, x, rest))),
      ),
    );
    if (sparseIntegers) {
      top = f32x4.pmax(top, f32x4.pmax(first, second));
      v128.store(out, i16x8.narrow_i32x4_u(shifted(first), shifted(second)));
      out += 16;
    } else {
      v128.store(out, first);
      v128.store(out, second, 16);
      out += 32;
    }
    a += 8 * sizeof<T>();
    b += 8 * sizeof<T>();
    c += 8 * sizeof<T>();
  }
  return max(
    max(f32x4.extract_lane(top, 0), f32x4.extract_lane(top, 1)),
    max(f32x4.extract_lane(top, 2), f32x4.extract_lane(top, 3)),
  );
}

/** Either part or both, of pixels [from, to), for any window. Returns how many did not fit. */
function separate<T>(from: i32, to: i32): i32 {
  const n = frameCount;
  const own = <usize>load<u32>(table);
  const weights = table + ((<usize>n) << 2);
  const wholeSteps = to - ((to - from) % step);
  const zero = f32x4.splat(0);
  const c = f32x4.splat(offset);
  const p = f32x4.splat(pedestal);
  clippedLanes = i32x4.splat(0);
  clipped = 0;
  for (let i = from; i < wholeSteps; i += step) {
    const at = <usize>i * sizeof<T>();
    let first = c;
    let second = c;
    let third = c;
    let fourth = c;
    for (let k: usize = 0; k < <usize>n; k++) {
      const x = <usize>load<u32>(table + (k << 2)) + at;
      const w = v128.load32_splat(weights + (k << 2));
      first = madd(w, loadFour<T>(x), first);
      second = madd(w, loadFour<T>(x + 4 * sizeof<T>()), second);
      third = madd(w, loadFour<T>(x + 8 * sizeof<T>()), third);
      fourth = madd(w, loadFour<T>(x + 12 * sizeof<T>()), fourth);
    }
    first = f32x4.add(f32x4.pmax(zero, first), p);
    second = f32x4.add(f32x4.pmax(zero, second), p);
    third = f32x4.add(f32x4.pmax(zero, third), p);
    fourth = f32x4.add(f32x4.pmax(zero, fourth), p);
    if (lowRank !== 0) storeSixteen(lowRank, i, lowRankIntegers, lowRankAdded, first, second, third, fourth);
    if (sparse !== 0) {
      const x = own + at;
      first = f32x4.pmax(zero, f32x4.sub(loadFour<T>(x), first));
      second = f32x4.pmax(zero, f32x4.sub(loadFour<T>(x + 4 * sizeof<T>()), second));
      third = f32x4.pmax(zero, f32x4.sub(loadFour<T>(x + 8 * sizeof<T>()), third));
      fourth = f32x4.pmax(zero, f32x4.sub(loadFour<T>(x + 12 * sizeof<T>()), fourth));
      storeSixteen(sparse, i, sparseIntegers, sparseAdded, first, second, third, fourth);
    }
  }
  for (let i = wholeSteps; i < to; i++) {
    let low = offset;
    for (let k: usize = 0; k < <usize>n; k++) {
      const x = <usize>load<u32>(table + (k << 2)) + <usize>i * sizeof<T>();
      low += load<f32>(weights + (k << 2)) * <f32>load<T>(x);
    }
    low = max<f32>(0, low) + pedestal;
    if (lowRank !== 0) storeOne(lowRank, i, lowRankIntegers, low + lowRankAdded);
    if (sparse !== 0) {
      const x = <f32>load<T>(own + <usize>i * sizeof<T>());
      storeOne(sparse, i, sparseIntegers, max<f32>(0, x - low) + sparseAdded);
    }
  }
  return (
    clipped +
    i32x4.extract_lane(clippedLanes, 0) +
    i32x4.extract_lane(clippedLanes, 1) +
    i32x4.extract_lane(clippedLanes, 2) +
    i32x4.extract_lane(clippedLanes, 3)
  );
}

function storeSixteen(out: usize, index: i32, integers: bool, added: f32, a: v128, b: v128, c: v128, d: v128): void {
  const offsets = f32x4.splat(added);
  a = f32x4.add(a, offsets);
  b = f32x4.add(b, offsets);
  c = f32x4.add(c, offsets);
  d = f32x4.add(d, offsets);
  if (integers) {
    const at = out + ((<usize>index) << 1);
    v128.store(at, i16x8.narrow_i32x4_u(rounded(a), rounded(b)));
    v128.store(at, i16x8.narrow_i32x4_u(rounded(c), rounded(d)), 16);
  } else {
    const at = out + ((<usize>index) << 2);
    v128.store(at, a);
    v128.store(at, b, 16);
    v128.store(at, c, 32);
    v128.store(at, d, 48);
  }
}

/** Four integers from 0 to 65535; counts what did not fit. A value that is not a number becomes 0. */
function rounded(values: v128): v128 {
  const fits = v128.and(f32x4.lt(values, f32x4.splat(tooLarge)), f32x4.ge(values, f32x4.splat(tooSmall)));
  clippedLanes = i32x4.add(clippedLanes, i32x4.add(fits, i32x4.splat(1)));
  const limited = f32x4.pmin(f32x4.splat(largest), f32x4.pmax(f32x4.splat(0), values));
  return shifted(limited);
}

/** Values from 0 to 2²³ as integers, rounded to even in a tie. */
function shifted(values: v128): v128 {
  return i32x4.sub(f32x4.add(values, f32x4.splat(roundingShift)), i32x4.splat(roundingShiftBits));
}

function storeOne(out: usize, index: i32, integers: bool, value: f32): void {
  if (!integers) {
    store<f32>(out + ((<usize>index) << 2), value);
    return;
  }
  if (!(value < tooLarge && value >= tooSmall)) clipped++;
  const limited: f32 = value > 0 ? min<f32>(largest, value) : 0;
  store<u16>(out + ((<usize>index) << 1), <u16>nearest<f32>(limited));
}
