import type { ByteSource } from "../frames.js";
import type { InflateFormat } from "./inflate.js";

/** Compressed bytes given at a time. Deflate makes at most about a thousand times as many of them. */
const step = 2048;
/** More is not needed for a header: names and comments may stand before it. */
const mostBytes = 32 * step;

/** True for the first bytes of gzip data (RFC 1952). */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}

/** The first bytes of what a gzip file holds, as {@link inflatedHead}. */
export function gzipHead(source: ByteSource, length: number): Promise<Uint8Array> {
  return inflatedHead(source, length, "gzip");
}

/**
 * The first bytes of what a deflated file holds. However much it would become, little of it is decompressed.
 *
 * @returns `length` bytes, or fewer where it holds fewer, is damaged or cut off
 */
export async function inflatedHead(source: ByteSource, length: number, format: InflateFormat): Promise<Uint8Array> {
  const head = new Uint8Array(length);
  let filled = 0;
  const stream = new DecompressionStream(format);
  const reader = stream.readable.getReader();
  const writer = stream.writable.getWriter();
  const feed = async (): Promise<void> => {
    for (let offset = 0; offset < Math.min(source.size, mostBytes); offset += step) {
      await writer.write(await source.read(offset, step));
    }
    await writer.close();
  };
  // It stops when the reading below does.
  feed().catch(() => undefined);
  try {
    while (filled < length) {
      const { done, value } = await reader.read();
      if (done) break;
      const part = value.subarray(0, length - filled);
      head.set(part, filled);
      filled += part.length;
    }
  } catch {
    // Damaged: what came before it counts.
  }
  await reader.cancel().catch(() => undefined);
  return head.subarray(0, filled);
}
