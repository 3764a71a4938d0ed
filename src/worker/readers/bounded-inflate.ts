import { SlnetError } from "../../core/errors.js";

/**
 * Decompresses with the platform's decoder and stops where more comes out than there may be.
 *
 * @param limit - most bytes of the result
 * @throws {@link SlnetError} `bad-input` for broken data and for too much of it
 */
export async function inflateBounded(
  bytes: Uint8Array,
  format: CompressionFormat,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const decoder = new DecompressionStream(format);
  const writer = decoder.writable.getWriter();
  const feed = async (): Promise<void> => {
    await writer.write(bytes as Uint8Array<ArrayBuffer>);
    await writer.close();
  };
  // The same fault comes out of the readable side, where it is heard.
  feed().catch(() => undefined);
  const reader: ReadableStreamDefaultReader<Uint8Array> = decoder.readable.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      length += part.value.length;
      if (length > limit) break;
      parts.push(part.value);
    }
  } catch (error) {
    throw new SlnetError("bad-input", `the compressed data is broken or cut off (${format})`, { cause: error });
  }
  if (length > limit) {
    await reader.cancel().catch(() => undefined);
    throw new SlnetError("bad-input", `the compressed data holds more than the ${limit} bytes that it may`);
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
