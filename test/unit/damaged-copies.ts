/** Copies of a file with one byte changed, and its beginnings, from a byte on; `at` says where. */
export function* damagedCopies(file: Uint8Array, from = 0): Generator<{ readonly at: number; readonly bytes: Buffer }> {
  const whole = Buffer.from(file);
  for (let at = from; at < whole.length; at++) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 0x55;
    yield { at, bytes: changed };
    yield { at, bytes: whole.subarray(0, at) };
  }
}
