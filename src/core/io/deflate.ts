/**
 * Pages compressed at the same time. Node compresses on threads of its own: with 2 cores 30 MB/s of cleaned 256² frames
 * instead of 15. In a page it neither helps nor hurts.
 */
const pagesUnderWay = 4;

/**
 * Compresses each page by itself, in the zlib form that TIFF calls Adobe Deflate, at the one level that the platform has.
 * Cleaned 16-bit frames become 2.0 to 3.5 times smaller, backgrounds 1.3 times. Differences to the left neighbour
 * (predictor 2) are not taken: they made cleaned frames a fifth larger and backgrounds 6 % smaller.
 *
 * @param bytes - whole pages of `pageBytes` each; not to be changed before this settles
 * @returns one array a page, in order
 */
export async function deflatePages(bytes: Uint8Array, pageBytes: number): Promise<Uint8Array[]> {
  const count = bytes.length / pageBytes;
  const pages: Uint8Array[] = [];
  let next = 0;
  const compressSome = async (): Promise<void> => {
    while (next < count) {
      const page = next++;
      pages[page] = await deflate(bytes.subarray(page * pageBytes, (page + 1) * pageBytes));
    }
  };
  await Promise.all(Array.from({ length: Math.min(pagesUnderWay, count) }, compressSome));
  return pages;
}

/** Most bytes that so many become: incompressible ones are stored, with a few bytes for every 16 KiB. RFC 1950 and 1951. */
export function largestDeflated(bytes: number): number {
  return bytes + Math.ceil(bytes / 1000) + 64;
}

/** Compresses into the zlib form (RFC 1950). */
export async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new CompressionStream("deflate");
  const writer = stream.writable.getWriter();
  // A failure is heard where the other end is read.
  writer.write(bytes as Uint8Array<ArrayBuffer>).catch(() => undefined);
  writer.close().catch(() => undefined);
  return joined(await everyChunk(stream.readable));
}

async function everyChunk(readable: ReadableStream<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  const reader = readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return chunks;
    chunks.push(value);
  }
}

/** Arrays one behind the other in a new one. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
