/** a · b + c, in four lanes. Rounded once instead of twice where the module is compiled with relaxed SIMD. */
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Four pixels stored as T, from `at` on, as floats. */
export function loadFour<T>(at: usize): v128 {
  if (isFloat<T>()) return v128.load(at);
  // 16 bits fit a signed 32-bit integer, whose conversion is one instruction; that of an unsigned one is several.
  if (sizeof<T>() === 2) return f32x4.convert_i32x4_s(v128.load16x4_u(at));
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at))));
}

/** The upper two of four floats, in the lower places. */
export function upper(values: v128): v128 {
  return v128.shuffle<i64>(values, values, 1, 1);
}

/** Two pairs of float64 as four float32. */
export function demoted(low: v128, high: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}
