import type { ByteSource } from "../../src/core/frames.js";

/** A BigTIFF of any size whose bytes are made when they are read. */
export interface SparseTiff {
  readonly pages: number;
  readonly width: number;
  readonly height: number;
  /** Each directory before its pixels, or all of them at the head or the tail. */
  readonly directories: "between" | "head" | "tail";
  /** Pages whose pixels are this many bytes further on than those of a regular file. */
  readonly shiftedPixels?: ReadonlyMap<number, number>;
  /** Pages that say they are the last. */
  readonly lastPages?: readonly number[];
  /** Entries of a page that are others than those of a regular file, by their place in its directory. */
  readonly changedEntries?: ReadonlyMap<number, Readonly<Record<number, SparseEntry>>>;
  /** Of pages that name another place than that of their successor. */
  readonly links?: ReadonlyMap<number, number>;
  /** Bytes of nothing at the end. */
  readonly trailing?: number;
  /** What the file says in its first description. */
  readonly text?: string;
}

/** An entry of a directory, with its value inside it. */
export type SparseEntry = readonly [tag: number, type: number, count: number, value: number];

export interface CountingSource extends ByteSource {
  readonly reads: { count: number; bytes: number; atOnce: number };
}

const headerBytes = 16;
const tags = 9;
const directoryBytes = 8 + tags * 20 + 8;
/** After each directory, so that their distance is no round number. */
const padding = 6;
const textRoom = 4096;

/** Pixel p of page f is f + p, in 16 bits; only the first and the last 100 pixels of a page are not 0. */
export function pixelOf(page: number, pixel: number, pixels: number): number {
  return pixel < 100 || pixel >= pixels - 100 ? (page + pixel) & 0xffff : 0;
}

export function createSparseTiff(name: string, tiff: SparseTiff): CountingSource {
  const { pages, width, height, directories, shiftedPixels, lastPages = [], trailing = 0, text = "" } = tiff;
  const { changedEntries, links } = tiff;
  const pixels = width * height;
  const frameBytes = 2 * pixels;
  const step = directoryBytes + padding;
  const start = headerBytes + textRoom;
  const between = directories === "between";
  const directoryStep = between ? step + frameBytes : step;
  const pixelStep = between ? step + frameBytes : frameBytes;
  const directoryStart = directories === "tail" ? start + pages * frameBytes : start;
  const pixelStart = between ? start + step : directories === "head" ? start + pages * step : start;
  const size = start + pages * (step + frameBytes) + trailing;
  const directoryOffset = (page: number): number => directoryStart + page * directoryStep;
  const pixelOffset = (page: number): number => pixelStart + page * pixelStep + (shiftedPixels?.get(page) ?? 0);

  const directory = (page: number): Uint8Array => {
    const view = new DataView(new ArrayBuffer(directoryBytes));
    const description = page === 0 && text !== "";
    const entries: SparseEntry[] = [
      [256, 4, 1, width],
      [257, 4, 1, height],
      [258, 3, 1, 16],
      [259, 3, 1, 1],
      [262, 3, 1, 1],
      description ? [270, 2, text.length, headerBytes] : [277, 3, 1, 1],
      [273, 16, 1, pixelOffset(page)],
      [278, 4, 1, height],
      [279, 16, 1, frameBytes],
    ];
    for (const [place, entry] of Object.entries(changedEntries?.get(page) ?? {})) entries[Number(place)] = entry;
    view.setBigUint64(0, BigInt(tags), true);
    entries.forEach(([tag, type, count, value], i) => {
      view.setUint16(8 + 20 * i, tag, true);
      view.setUint16(10 + 20 * i, type, true);
      view.setBigUint64(12 + 20 * i, BigInt(count), true);
      view.setBigUint64(20 + 20 * i, BigInt(value), true);
    });
    const next = page === pages - 1 || lastPages.includes(page) ? 0 : directoryOffset(page + 1);
    view.setBigUint64(8 + 20 * tags, BigInt(links?.get(page) ?? next), true);
    return new Uint8Array(view.buffer);
  };
  const header = new Uint8Array(start);
  const head = new DataView(header.buffer);
  head.setUint16(0, 0x4949);
  head.setUint16(2, 43, true);
  head.setUint16(4, 8, true);
  head.setBigUint64(8, BigInt(directoryOffset(0)), true);
  header.set(new TextEncoder().encode(text), headerBytes);

  const fill = (offset: number, out: Uint8Array): void => {
    out.fill(0);
    const end = offset + out.length;
    const put = (at: number, bytes: Uint8Array): void => {
      const from = Math.max(offset, at);
      const to = Math.min(end, at + bytes.length);
      if (from < to) out.set(bytes.subarray(from - at, to - at), from - offset);
    };
    put(0, header);
    const around = (first: number, distance: number): readonly [number, number] => [
      Math.max(0, Math.floor((offset - first) / distance) - 1),
      Math.min(pages - 1, Math.floor((end - first) / distance) + 1),
    ];
    const [firstPixels, lastPixels] = around(pixelStart, pixelStep);
    for (let page = firstPixels; page <= lastPixels; page++) {
      const edge = new Uint8Array(Uint16Array.from({ length: 100 }, (_, i) => (page + i) & 0xffff).buffer);
      put(pixelOffset(page), edge);
      const last = Uint16Array.from({ length: 100 }, (_, i) => (page + pixels - 100 + i) & 0xffff);
      put(pixelOffset(page) + frameBytes - 200, new Uint8Array(last.buffer));
    }
    const [firstDirectory, lastDirectory] = around(directoryStart, directoryStep);
    for (let page = firstDirectory; page <= lastDirectory; page++) put(directoryOffset(page), directory(page));
  };

  const reads = { count: 0, bytes: 0, atOnce: 0 };
  let underWay = 0;
  const readInto: ByteSource["readInto"] = async (offset, out) => {
    reads.count++;
    reads.bytes += out.length;
    reads.atOnce = Math.max(reads.atOnce, ++underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay--;
    const length = Math.max(0, Math.min(out.length, size - offset));
    fill(offset, out.subarray(0, length));
    return length;
  };
  return {
    name,
    size,
    reads,
    readInto,
    async read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      await readInto(offset, bytes);
      return bytes;
    },
    close: () => Promise.resolve(),
  };
}
