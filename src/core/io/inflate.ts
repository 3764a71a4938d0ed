import { SlnetError } from "../errors.js";

/** No deflate stream can grow by more: 258 bytes from two bits, RFC 1951, section 3.2.5. */
export const largestInflation = 1032;

/**
 * Inflates a zlib stream (RFC 1950). Stops as soon as there is more than allowed, so that a stream made to fill the
 * memory does not.
 *
 * @param bytes - the stream; zeros after it do not matter
 * @param most - bytes that it may give
 * @param what - for messages
 * @throws {@link SlnetError} `bad-input` where the stream is broken, or gives more than `most` bytes
 */
export async function inflateAtMost(
  bytes: Uint8Array<ArrayBuffer>,
  most: number,
  what: string,
): Promise<Uint8Array<ArrayBuffer>> {
  // Some engines take padding for an error, which takes with it what was not yet read. So it goes in last, on its own,
  // after all before it was read and its checksum was right.
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  const pieces = [bytes.subarray(0, end), bytes.subarray(end)].filter((piece) => piece.length > 0);
  let sent = 0;
  const input = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        if (sent < pieces.length) controller.enqueue(pieces[sent++]);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const out = new Uint8Array(Math.min(most, bytes.length * largestInflation));
  const reader = input.pipeThrough(new DecompressionStream("deflate")).getReader();
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (length + value.length > out.length) {
        throw new SlnetError("bad-input", `${what} gives more than ${most} bytes when it is inflated`);
      }
      out.set(value, length);
      length += value.length;
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    if (error instanceof SlnetError) throw error;
    const onlyPadding = sent === 2 && length === most;
    if (!onlyPadding) {
      throw new SlnetError("bad-input", `${what} cannot be inflated: its zlib stream is broken`, { cause: error });
    }
  }
  return length < out.length ? out.slice(0, length) : out;
}
