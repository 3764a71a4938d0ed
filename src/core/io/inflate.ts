import { SlnetError } from "../errors.js";

/** No deflate stream can grow by more: 258 bytes from two bits, RFC 1951, section 3.2.5. */
export const largestInflation = 1032;

/**
 * Inflates a zlib stream (RFC 1950) of a known size. Stops as soon as there is more, so that a stream made to fill the
 * memory does not.
 *
 * @param bytes - the stream, and nothing else but padding after it
 * @param length - bytes that it must give
 * @param what - for messages
 * @throws {@link SlnetError} `bad-input` where the stream is broken, or gives less or more
 */
export async function inflateExactly(
  bytes: Uint8Array<ArrayBuffer>,
  length: number,
  what: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const { inflated, error } = await inflate(bytes, length, what);
  if (inflated.length === length) return inflated;
  throw new SlnetError("bad-input", `${what} gives ${inflated.length} bytes when it is inflated, expected ${length}`, {
    cause: error,
  });
}

/**
 * Inflates a zlib stream of which only the largest size is known.
 *
 * @throws {@link SlnetError} `bad-input` where the stream is broken, or gives more than `most` bytes
 */
export async function inflateAtMost(
  bytes: Uint8Array<ArrayBuffer>,
  most: number,
  what: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const { inflated, error } = await inflate(bytes, most, what);
  if (error === null) return inflated;
  throw new SlnetError("bad-input", `${what} cannot be inflated: its zlib stream is broken`, { cause: error });
}

async function inflate(
  bytes: Uint8Array<ArrayBuffer>,
  most: number,
  what: string,
): Promise<{ readonly inflated: Uint8Array<ArrayBuffer>; readonly error: unknown }> {
  if (most > bytes.length * largestInflation) most = bytes.length * largestInflation;
  let out = new Uint8Array(most);
  let length = 0;
  let error: unknown = null;
  // Padding after the stream is an error, which would take with it what was not yet read: it goes in last, on its own.
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  const pieces = [bytes.subarray(0, end), bytes.subarray(end)].filter((piece) => piece.length > 0);
  const input = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const piece = pieces.shift();
      if (piece) controller.enqueue(piece);
      else controller.close();
    },
  });
  const reader = input.pipeThrough(new DecompressionStream("deflate")).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (length + value.length > most) {
        throw new SlnetError("bad-input", `${what} gives more than ${most} bytes when it is inflated`);
      }
      out.set(value, length);
      length += value.length;
    }
  } catch (caught) {
    await reader.cancel().catch(() => undefined);
    if (caught instanceof SlnetError) throw caught;
    // What came until then may be all: padding after the stream is an error too.
    error = caught;
  }
  if (length < out.length) out = out.slice(0, length);
  return { inflated: out, error };
}
