import { SlnetError } from "../errors.js";
import type { ByteSource } from "../frames.js";

/**
 * Bytes that a file has, or had when it was opened.
 *
 * @throws {@link SlnetError} `bad-input` where it gives fewer
 */
export async function readExactly(
  source: ByteSource,
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await source.read(offset, length);
  if (bytes.length === length) return bytes;
  throw new SlnetError(
    "bad-input",
    `${source.name} changed while it was read: expected ${length} bytes at ${offset}, got ${bytes.length}`,
  );
}

/** An error for a frame of which a file, between `start` and `end`, gave only the first `found` bytes. */
export function frameCutShort(name: string, frame: number, start: number, end: number, found: number): SlnetError {
  return new SlnetError(
    "bad-input",
    `${name} changed while it was read: frame ${frame} needs bytes ${start} to ${end}, ` +
      `the file gave ${found} of these ${end - start}`,
  );
}
