import { demoted, loadFour, upper } from "./vector";

/**
 * Running sums of a window of frames, pixel by pixel; `core/masked-mean.ts` has the rule. For integers they are int32
 * and exact. For floats they are float64, and a pixel is added up anew where what leaves was so large that it took digits
 * of the others with it.
 */

/** A pixel with so many unmasked frames or fewer takes the mean of all frames. */
const fewest: i32 = 5;
/** In a float64 sum a value so many times larger than the rest leaves it with 9 digits. */
const swamping: f64 = 1e6;

let pixels: i32 = 0;
/** Of all frames, of the unmasked ones, and how many these are (int16). */
let totals: usize = 0;
let sums: usize = 0;
let counts: usize = 0;
let frames: usize = 0;
let frameStride: usize = 0;
let masks: usize = 0;
let maskStride: usize = 0;
let slots: i32 = 0;
/** Of the window, float32. */
let means: usize = 0;

/**
 * Says what the next calls work on.
 *
 * @param sumsAt - address of zeroed room: for each pixel 10 bytes, or 18 where frames are float32
 * @param framesAt - address of the frames, each `stride` bytes behind the one before
 * @param masksAt - the same for the masks, 255 where masked, else 0
 * @param meansAt - address of room for the means, float32
 */
export function prepareMaskedMean(
  pixelCount: i32,
  sumsAt: usize,
  integers: bool,
  framesAt: usize,
  stride: usize,
  masksAt: usize,
  strideOfMasks: usize,
  slotCount: i32,
  meansAt: usize,
): void {
  const bytes: usize = integers ? 4 : 8;
  pixels = pixelCount;
  totals = sumsAt;
  sums = totals + bytes * <usize>pixelCount;
  counts = sums + bytes * <usize>pixelCount;
  frames = framesAt;
  frameStride = stride;
  masks = masksAt;
  maskStride = strideOfMasks;
  slots = slotCount;
  means = meansAt;
}

/** Writes 255 where any of three masks is, else 0; each has room for a multiple of 16 bytes. */
export function growMask(before: usize, mask: usize, after: usize, out: usize): void {
  for (let i: usize = 0; i < <usize>pixels; i += 16) {
    v128.store(out + i, v128.or(v128.or(v128.load(before + i), v128.load(mask + i)), v128.load(after + i)));
  }
}

/**
 * Takes a frame into the sums and another one out of them.
 *
 * @param entering - slot
 * @param leaving - slot of the oldest frame, or −1; those behind it, around the end, hold the rest of the window
 */
export function slideUint8(entering: i32, leaving: i32): void {
  slideIntegers<u8>(entering, leaving);
}

export function slideUint16(entering: i32, leaving: i32): void {
  slideIntegers<u16>(entering, leaving);
}

function slideIntegers<T>(entering: i32, leaving: i32): void {
  const whole = pixels & ~7;
  const x = frames + <usize>entering * frameStride;
  const m = masks + <usize>entering * maskStride;
  const y = frames + <usize>max(0, leaving) * frameStride;
  const n = masks + <usize>max(0, leaving) * maskStride;
  for (let i: usize = 0; i < <usize>whole; i += 8) {
    // −1 where masked.
    const mask = i16x8.extend_low_i8x16_s(v128.load64_zero(m + i));
    const value = loadEight<T>(x + i * sizeof<T>());
    let low = i32x4.extend_low_i16x8_u(value);
    let high = i32x4.extend_high_i16x8_u(value);
    const kept = v128.andnot(value, mask);
    let keptLow = i32x4.extend_low_i16x8_u(kept);
    let keptHigh = i32x4.extend_high_i16x8_u(kept);
    let unmasked = i16x8.add(mask, i16x8.splat(1));
    if (leaving >= 0) {
      const oldMask = i16x8.extend_low_i8x16_s(v128.load64_zero(n + i));
      const old = loadEight<T>(y + i * sizeof<T>());
      low = i32x4.sub(low, i32x4.extend_low_i16x8_u(old));
      high = i32x4.sub(high, i32x4.extend_high_i16x8_u(old));
      const oldKept = v128.andnot(old, oldMask);
      keptLow = i32x4.sub(keptLow, i32x4.extend_low_i16x8_u(oldKept));
      keptHigh = i32x4.sub(keptHigh, i32x4.extend_high_i16x8_u(oldKept));
      unmasked = i16x8.sub(mask, oldMask);
    }
    const at = i << 2;
    v128.store(totals + at, i32x4.add(v128.load(totals + at), low));
    v128.store(totals + at, i32x4.add(v128.load(totals + at, 16), high), 16);
    v128.store(sums + at, i32x4.add(v128.load(sums + at), keptLow));
    v128.store(sums + at, i32x4.add(v128.load(sums + at, 16), keptHigh), 16);
    v128.store(counts + (i << 1), i16x8.add(v128.load(counts + (i << 1)), unmasked));
  }
  for (let i = whole; i < pixels; i++) {
    let total = <i32>valueAt<T>(entering, i);
    let unmasked = maskAt(entering, i) === 0 ? 1 : 0;
    let sum = total * unmasked;
    if (leaving >= 0) {
      const old = <i32>valueAt<T>(leaving, i);
      const wasUnmasked = maskAt(leaving, i) === 0 ? 1 : 0;
      total -= old;
      sum -= old * wasUnmasked;
      unmasked -= wasUnmasked;
    }
    const at = (<usize>i) << 2;
    store<i32>(totals + at, load<i32>(totals + at) + total);
    store<i32>(sums + at, load<i32>(sums + at) + sum);
    const count = counts + ((<usize>i) << 1);
    store<i16>(count, <i16>(load<i16>(count) + unmasked));
  }
}

/** Eight pixels as 16-bit integers. */
function loadEight<T>(at: usize): v128 {
  return sizeof<T>() === 2 ? v128.load(at) : i16x8.extend_low_i8x16_u(v128.load64_zero(at));
}

/** @param held - frames of the window */
export function slideFloat32(entering: i32, leaving: i32, held: i32): void {
  for (let i = 0; i < pixels; i++) {
    const at = (<usize>i) << 3;
    const count = counts + ((<usize>i) << 1);
    const x = <f64>valueAt<f32>(entering, i);
    const kept = maskAt(entering, i) === 0;
    let total = load<f64>(totals + at) + x;
    let sum = load<f64>(sums + at) + (kept ? x : 0);
    let unmasked = <i32>load<i16>(count) + (kept ? 1 : 0);
    if (leaving >= 0) {
      const y = <f64>valueAt<f32>(leaving, i);
      const wasKept = maskAt(leaving, i) === 0;
      total -= y;
      if (wasKept) sum -= y;
      unmasked -= wasKept ? 1 : 0;
      const size = abs(y);
      if (size > swamping * abs(total) || (wasKept && size > swamping * abs(sum))) {
        total = 0;
        sum = 0;
        for (let k = 0; k < held; k++) {
          const slot = (leaving + 1 + k) % slots;
          const z = <f64>valueAt<f32>(slot, i);
          total += z;
          if (maskAt(slot, i) === 0) sum += z;
        }
      }
    }
    store<f64>(totals + at, total);
    store<f64>(sums + at, sum);
    store<i16>(count, <i16>unmasked);
  }
}

function valueAt<T>(slot: i32, pixel: i32): T {
  return load<T>(frames + <usize>slot * frameStride + <usize>pixel * sizeof<T>());
}

function maskAt(slot: i32, pixel: i32): u8 {
  return load<u8>(masks + <usize>slot * maskStride + <usize>pixel);
}

/** @param window - frames in the sums */
export function estimateMeanInteger(window: i32): void {
  estimate<u16>(window);
}

export function estimateMeanFloat32(window: i32): void {
  estimate<f32>(window);
}

function estimate<T>(window: i32): void {
  const whole = pixels & ~3;
  const all = f64x2.splat(<f64>window);
  for (let i: usize = 0; i < <usize>whole; i += 4) {
    const count = i32x4.extend_low_i16x8_s(v128.load64_zero(counts + (i << 1)));
    const enough = i32x4.gt_s(count, i32x4.splat(fewest));
    let low: v128;
    let high: v128;
    if (!isFloat<T>() && i32x4.all_true(enough)) {
      const sum = v128.load(sums + (i << 2));
      low = f64x2.div(f64x2.convert_low_i32x4_s(sum), f64x2.convert_low_i32x4_s(count));
      high = f64x2.div(f64x2.convert_low_i32x4_s(upper(sum)), f64x2.convert_low_i32x4_s(upper(count)));
    } else {
      low = meanOf<T>(i, count, enough, all);
      high = meanOf<T>(i + 2, upper(count), upper(enough), all);
    }
    v128.store(means + (i << 2), demoted(low, high));
  }
  for (let i = whole; i < pixels; i++) store<f32>(means + ((<usize>i) << 2), <f32>meanAt<T>(i, window));
}

/** Of pixels i and i + 1, whose counts are in the lower two places. */
function meanOf<T>(i: usize, count: v128, enough: v128, all: v128): v128 {
  const wide = i64x2.extend_low_i32x4_s(enough);
  const divisor = v128.bitselect(f64x2.convert_low_i32x4_s(count), all, wide);
  if (isFloat<T>()) {
    const at = i << 3;
    return f64x2.div(v128.bitselect(v128.load(sums + at), v128.load(totals + at), wide), divisor);
  }
  const at = i << 2;
  const sum = v128.bitselect(v128.load64_zero(sums + at), v128.load64_zero(totals + at), enough);
  return f64x2.div(f64x2.convert_low_i32x4_s(sum), divisor);
}

function meanAt<T>(pixel: i32, window: i32): f64 {
  const count = <i32>load<i16>(counts + ((<usize>pixel) << 1));
  const from = count > fewest ? sums : totals;
  const divisor = <f64>(count > fewest ? count : window);
  if (isFloat<T>()) return load<f64>(from + ((<usize>pixel) << 3)) / divisor;
  return <f64>load<i32>(from + ((<usize>pixel) << 2)) / divisor;
}

/**
 * Writes one part of a frame: the frame without the means, or these.
 *
 * @param slot - of the frame; −1: the means themselves
 * @param out - address
 * @param integers - rounded to 16 bits, ties to the even number, instead of float32
 * @param added - to every value, before rounding
 * @returns how many values did not fit 16 bits and were set to the nearest limit
 */
export function writeMeanUint8(slot: i32, out: usize, integers: bool, added: f64): i32 {
  return write<u8>(slot, out, integers, added);
}

export function writeMeanUint16(slot: i32, out: usize, integers: bool, added: f64): i32 {
  return write<u16>(slot, out, integers, added);
}

export function writeMeanFloat32(slot: i32, out: usize, integers: bool, added: f64): i32 {
  return write<f32>(slot, out, integers, added);
}

/** What rounds to 0…65535 lies from here … */
const smallest: f64 = -0.5;
/** … up to, not including, here. */
const beyond: f64 = 65535.5;

function write<T>(slot: i32, out: usize, integers: bool, added: f64): i32 {
  const whole = pixels & ~3;
  const offset = f64x2.splat(added);
  const frame = frames + <usize>max(0, slot) * frameStride;
  let fitting = i64x2.splat(0);
  for (let i: usize = 0; i < <usize>whole; i += 4) {
    let values = v128.load(means + (i << 2));
    if (slot >= 0) values = f32x4.sub(loadFour<T>(frame + i * sizeof<T>()), values);
    const low = f64x2.add(f64x2.promote_low_f32x4(values), offset);
    const high = f64x2.add(f64x2.promote_low_f32x4(upper(values)), offset);
    if (integers) {
      // Comparisons give −1 for what fits.
      fitting = i64x2.sub(fitting, i64x2.add(fits(low), fits(high)));
      const rounded16 = v128.shuffle<i32>(shifted(low), shifted(high), 0, 2, 4, 6);
      v128.store64_lane(out + (i << 1), i16x8.narrow_i32x4_u(rounded16, rounded16), 0);
    } else {
      v128.store(out + (i << 2), demoted(low, high));
    }
  }
  let clipped = whole - <i32>(i64x2.extract_lane(fitting, 0) + i64x2.extract_lane(fitting, 1));
  for (let i = whole; i < pixels; i++) {
    const mean = load<f32>(means + ((<usize>i) << 2));
    const left = slot >= 0 ? <f32>valueAt<T>(slot, i) - mean : mean;
    const value = <f64>left + added;
    if (integers) {
      if (!(value >= smallest && value < beyond)) clipped++;
      store<u16>(out + ((<usize>i) << 1), <u16>nearest<f64>(max<f64>(0, min<f64>(65535, value))));
    } else {
      store<f32>(out + ((<usize>i) << 2), <f32>value);
    }
  }
  return integers ? clipped : 0;
}

function fits(values: v128): v128 {
  return v128.and(f64x2.ge(values, f64x2.splat(smallest)), f64x2.lt(values, f64x2.splat(beyond)));
}

/** 1.5 · 2^52: adding it to a small number leaves that number, rounded to even in a tie, in the lower 32 bits. */
const roundingShift: f64 = 6755399441055744;

/** Integers in the lower halves; narrowing limits them to 16 bits. */
function shifted(values: v128): v128 {
  const limited = f64x2.pmin(f64x2.splat(beyond), f64x2.pmax(f64x2.splat(-1), values));
  return f64x2.add(limited, f64x2.splat(roundingShift));
}
