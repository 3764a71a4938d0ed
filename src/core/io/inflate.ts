import { errorMessage, SlnetError } from "../errors.js";

/** `deflate` is a zlib stream (RFC 1950), `deflate-raw` one without its head and checksum, `gzip` is RFC 1952. */
export type InflateFormat = "deflate" | "deflate-raw" | "gzip";

/**
 * Unpacks a deflate stream with the platform's decoder, which runs beside this thread in Node. It is read piece by
 * piece and stopped when it gives more than `out` holds, so that a bomb costs no more than its first piece too many.
 *
 * @returns how many bytes of `out` were filled
 * @throws {@link SlnetError} `bad-input` where the stream is damaged or holds more than `out`
 */
export async function inflate(
  input: Uint8Array<ArrayBuffer>,
  out: Uint8Array,
  format: InflateFormat = "deflate",
): Promise<number> {
  const stream = new DecompressionStream(format);
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
    if (format === "deflate" && end > 0 && endsWithChecksum(input, out.subarray(0, end))) return end;
    throw new SlnetError("bad-input", `its deflate stream is damaged: ${errorMessage(error)}`, { cause: error });
  } finally {
    reader.cancel().catch(ignore);
  }
}

/** No deflate stream can grow by more: 258 bytes from two bits, RFC 1951, section 3.2.5. */
export const largestInflation = 1032;

/**
 * Unpacks a deflate stream of which only the largest size is known.
 *
 * @param bytes - the stream; zeros after one of format `deflate` do not matter
 * @param what - for messages
 * @throws {@link SlnetError} `bad-input` where the stream is damaged, or gives more than `most` bytes
 */
export async function inflateAtMost(
  bytes: Uint8Array<ArrayBuffer>,
  most: number,
  what: string,
  format: InflateFormat = "deflate",
): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Uint8Array(Math.min(most, bytes.length * largestInflation));
  try {
    // Its checksum may end with zeros too.
    const end = format === "deflate" ? bytes.findLastIndex((byte) => byte !== 0) + 1 + checksumBytes : bytes.length;
    return out.subarray(0, await inflate(bytes.subarray(0, end), out, format));
  } catch (error) {
    throw new SlnetError("bad-input", `${what} cannot be inflated: ${errorMessage(error)}`, { cause: error });
  }
}

/** Of the Adler-32 sum at the end of the stream. */
const checksumBytes = 4;

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
    const at = input.length - padding - checksumBytes;
    if (at >= 2 && sum.every((byte, i) => input[at + i] === byte)) return true;
  }
  return false;
}
