import { SlnetError } from "../errors.js";

/**
 * Unpacks PackBits, TIFF 6.0, section 9: runs of one byte and stretches of bytes as they are.
 *
 * @param out - as large as the strip may be at most
 * @returns how many bytes of `out` were filled; what follows them in the input is not looked at once `out` is full
 * @throws {@link SlnetError} `bad-input` where a run or stretch does not fit into `out`
 */
export function decodePackBits(input: Uint8Array, out: Uint8Array): number {
  let end = 0;
  for (let at = 0; at < input.length && end < out.length;) {
    const head = input[at++];
    // −128 does nothing.
    if (head === 128) continue;
    const isRun = head > 128;
    const length = isRun ? 257 - head : head + 1;
    if (end + length > out.length) {
      throw new SlnetError("bad-input", `it holds more than the ${out.length} bytes expected`);
    }
    if (isRun) {
      if (at >= input.length) return end;
      out.fill(input[at++], end, end + length);
      end += length;
    } else {
      const part = input.subarray(at, at + length);
      out.set(part, end);
      end += part.length;
      at += length;
    }
  }
  return end;
}
