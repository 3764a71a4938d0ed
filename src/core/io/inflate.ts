import { errorMessage, SlnetError } from "../errors.js";

/**
 * Unpacks a zlib stream (RFC 1950) with the platform's decoder, which runs beside this thread in Node. It is read piece by
 * piece and stopped when it gives more than `out` holds, so that a bomb costs no more than its first piece too many.
 *
 * @returns how many bytes of `out` were filled
 * @throws {@link SlnetError} `bad-input` where the stream is damaged or holds more than `out`
 */
export async function inflate(input: Uint8Array<ArrayBuffer>, out: Uint8Array): Promise<number> {
  const stream = new DecompressionStream("deflate");
  const writer = stream.writable.getWriter();
  // What goes wrong is told to the reader as well.
  const ignore = (): undefined => undefined;
  writer.write(input).catch(ignore);
  writer.close().catch(ignore);
  const reader = stream.readable.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  let end = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return end;
      if (end + value.length > out.length) {
        throw new SlnetError("bad-input", `it holds more than the ${out.length} bytes expected`);
      }
      out.set(value, end);
      end += value.length;
    }
  } catch (error) {
    if (error instanceof SlnetError) throw error;
    // Some writers count a byte too many, and browsers take what follows the stream for an error.
    if (end > 0 && endsWithChecksum(input, out.subarray(0, end))) return end;
    throw new SlnetError("bad-input", `its deflate stream is damaged: ${errorMessage(error)}`, { cause: error });
  } finally {
    reader.cancel().catch(ignore);
  }
}

/** Bytes that may follow the stream. */
const mostPadding = 8;

/** Whether the Adler-32 sum of `output` ends the stream, but for some padding. */
function endsWithChecksum(input: Uint8Array, output: Uint8Array): boolean {
  let a = 1;
  let b = 0;
  for (let i = 0; i < output.length;) {
    // As many bytes as 32-bit sums take before they need the remainder.
    for (const stop = Math.min(i + 3800, output.length); i < stop; i++) {
      a += output[i];
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  const sum = [b >>> 8, b & 255, a >>> 8, a & 255];
  for (let padding = 1; padding <= mostPadding; padding++) {
    const at = input.length - padding - 4;
    if (at >= 2 && sum.every((byte, i) => input[at + i] === byte)) return true;
  }
  return false;
}
