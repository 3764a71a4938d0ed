import { loadFour } from "./vector";

/**
 * Writes one part of a frame: max(0, frame − median) + added, or just frame + added where there is no median.
 *
 * Each returns how many values did not fit 16 bits and were set to the nearest limit.
 *
 * @param frame - address
 * @param median - address, or 0
 * @param out - address
 * @param integers - rounded to 16 bits, ties to the even number, instead of float32
 * @param pixels - of the frame
 */
export function subtractUint8(frame: usize, median: usize, out: usize, integers: bool, added: f32, pixels: i32): i32 {
  return subtract<u8>(frame, median, out, integers, added, pixels);
}

export function subtractUint16(frame: usize, median: usize, out: usize, integers: bool, added: f32, pixels: i32): i32 {
  return subtract<u16>(frame, median, out, integers, added, pixels);
}

export function subtractFloat32(frame: usize, median: usize, out: usize, integers: bool, added: f32, pixels: i32): i32 {
  return subtract<f32>(frame, median, out, integers, added, pixels);
}

/** What rounds to 0…65535 lies from here … */
const smallest: f32 = -0.5;
/** … up to, not including, here. */
const beyond: f32 = 65535.5;

function subtract<T>(frame: usize, median: usize, out: usize, integers: bool, added: f32, pixels: i32): i32 {
  const offset = f32x4.splat(added);
  const wholeSteps = pixels & ~7;
  let fitting = i32x4.splat(0);
  for (let i = 0; i < wholeSteps; i += 8) {
    const at = <usize>i * sizeof<T>();
    let first = loadFour<T>(frame + at);
    let second = loadFour<T>(frame + at + 4 * sizeof<T>());
    if (median !== 0) {
      first = f32x4.pmax(f32x4.splat(0), f32x4.sub(first, loadFour<T>(median + at)));
      second = f32x4.pmax(f32x4.splat(0), f32x4.sub(second, loadFour<T>(median + at + 4 * sizeof<T>())));
    }
    first = f32x4.add(first, offset);
    second = f32x4.add(second, offset);
    if (integers) {
      // Comparisons give −1 for what fits.
      fitting = i32x4.sub(fitting, i32x4.add(fits(first), fits(second)));
      v128.store(out + ((<usize>i) << 1), i16x8.narrow_i32x4_u(rounded(first), rounded(second)));
    } else {
      v128.store(out + ((<usize>i) << 2), first);
      v128.store(out + ((<usize>i) << 2), second, 16);
    }
  }
  let clipped =
    wholeSteps -
    i32x4.extract_lane(fitting, 0) -
    i32x4.extract_lane(fitting, 1) -
    i32x4.extract_lane(fitting, 2) -
    i32x4.extract_lane(fitting, 3);
  for (let i = wholeSteps; i < pixels; i++) {
    const at = <usize>i * sizeof<T>();
    let value = <f32>load<T>(frame + at);
    if (median !== 0) value = max<f32>(0, value - <f32>load<T>(median + at));
    value += added;
    if (integers) {
      if (!(value >= smallest && value < beyond)) clipped++;
      store<u16>(out + ((<usize>i) << 1), <u16>nearest<f32>(max<f32>(0, min<f32>(65535, value))));
    } else {
      store<f32>(out + ((<usize>i) << 2), value);
    }
  }
  return integers ? clipped : 0;
}

function fits(values: v128): v128 {
  return v128.and(f32x4.ge(values, f32x4.splat(smallest)), f32x4.lt(values, f32x4.splat(beyond)));
}

/** To integers; narrowing to 16 bits limits them. */
function rounded(values: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(values));
}
