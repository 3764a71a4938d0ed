// Adding and taking away 1.5 · 2^52 leaves no bits for a fraction, so the processor rounds, to even in a tie.
const roundingShift = 6_755_399_441_055_744;

/**
 * Turns counts into 16-bit counts: out = round(values + offset), ties to the even number, limited to 0…65535.
 *
 * @param values - any shape, in ADU
 * @param offsetAdu - added before rounding, in ADU
 * @param out - same length, in ADU
 * @returns how many pixels did not fit and were set to the nearest limit; NaN counts and becomes 0
 */
export function encodeUint16(values: Float32Array, offsetAdu: number, out: Uint16Array): number {
  let clamped = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] + offsetAdu;
    if (value >= -0.5 && value < 65535.5) {
      out[i] = value + roundingShift - roundingShift;
    } else {
      clamped++;
      out[i] = value > 0 ? 65535 : 0;
    }
  }
  return clamped;
}
