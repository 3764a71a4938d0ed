import { SlnetError } from "../errors.js";
import { framePixels, sampleBytes, type ByteSink } from "../frames.js";
import { framesWith, requireStackSizes } from "./appended-frames.js";
import { littleEndianBytes } from "./byte-order.js";
import { deflatePages, joined } from "./deflate.js";
import type { StackWriter, StackWriterOptions } from "./stack-writer.js";
import { createTiffLayout, type TiffPages } from "./tiff-layout.js";

/** Room for directories is taken in pieces: that of millions of small frames is hundreds of megabytes. */
const roomPieceBytes = 2 ** 22;

/** The number of frames also decides between TIFF and BigTIFF, and how much room the directories get. */
export interface TiffWriterOptions extends StackWriterOptions {
  /** Whom the text of the first page is for: ImageJ (the default), or readers of OME-TIFF. */
  readonly text?: "imagej" | "ome";
  /** Default `none`. */
  readonly compression?: TiffCompression;
}

export type TiffCompression = "none" | "deflate";

/** What stands in a file of an earlier run, as `readWrittenTiff` finds it. */
export interface WrittenTiff {
  readonly frames: number;
  /** Where the pixels of each frame are, in the order of the frames. */
  readonly pages: readonly TiffPage[];
}

export interface TiffPage {
  readonly offset: number;
  readonly bytes: number;
}

export interface TiffWriter extends StackWriter {
  readonly framesReachable: number;
  /** True for BigTIFF. */
  readonly big: boolean;
}

/**
 * Writes a TIFF stack as a stream: little-endian, one strip a page, uncompressed or deflated, BigTIFF where the file may
 * reach 4 GiB − 1 MiB.
 *
 * The directories of all planned frames have their place at the head of the file, the pixels follow in one piece. So
 * readers that follow the directories find every page, and ImageJ, which takes `images=N` to mean pixels without gaps
 * where they are not compressed, is right too. The file is valid from the first `write` on: pixels go first, then their
 * directories, then the link that makes them reachable, then the number in the description. Whatever moment a run is
 * killed at, the file is a whole stack of the frames reachable then. A run that ends early leaves the places of the
 * missing directories unused.
 *
 * @param sink - empty, or with the file that `continued` was read from
 * @param continued - writes behind these frames, made with the same options
 */
export function createTiffWriter(sink: ByteSink, options: TiffWriterOptions, continued?: WrittenTiff): TiffWriter {
  const { type, compression = "none", publishEveryMs = 0 } = options;
  requireStackSizes("TIFF", options);
  const layout = createTiffLayout(options);
  const pixels = framePixels(options);
  const frameBytes = pixels * sampleBytes(type);
  const pages = compression === "none" ? evenPages(layout.pixelsOffset, frameBytes) : new PageList(layout.pixelsOffset);
  let framesWritten = continued?.frames ?? 0;
  let framesPublished = framesWritten;
  let publishedAt = -Infinity;
  let isTrimmed = framesWritten === 0;
  if (continued && pages instanceof PageList) pages.add(continued.pages.slice(0, continued.frames));

  /** Makes the frames that are continued all that the file has, so that what was behind them can be written over. */
  const trim = async (): Promise<void> => {
    await sink.write(layout.linkOffset(framesPublished - 1), layout.link(null));
    await sink.write(layout.valuesOffset, layout.values(framesPublished));
    isTrimmed = true;
  };

  /** Makes the frames before `end`, whose pixels are written, reachable. */
  const publish = async (end: number): Promise<void> => {
    const first = framesPublished;
    if (end === first) return;
    const directories = layout.directories(first, end, pages);
    if (first === 0) {
      await sink.write(layout.valuesOffset, layout.values(end));
      // Room for all of them is taken now: what is on a disk that fills up can still be made reachable.
      const start = layout.directoryOffset(0);
      const room = layout.valuesOffset - start;
      const head = new Uint8Array(Math.max(directories.length, Math.min(roomPieceBytes, room)));
      head.set(directories);
      await sink.write(start, head);
      for (let taken = head.length; taken < room; taken += roomPieceBytes) {
        await sink.write(start + taken, new Uint8Array(Math.min(roomPieceBytes, room - taken)));
      }
      await sink.write(0, layout.header());
    } else {
      await sink.write(layout.directoryOffset(first), directories);
      await sink.write(layout.linkOffset(first - 1), layout.link(first));
      await sink.write(layout.valuesOffset, layout.values(end));
    }
    framesPublished = end;
    publishedAt = performance.now();
  };

  return {
    big: layout.big,
    get framesWritten() {
      return framesWritten;
    },
    get framesReachable() {
      return framesPublished;
    },

    async write(frames) {
      const first = framesWritten;
      const end = framesWith("TIFF", "file", options, first, frames);
      if (end === first) return;
      if (!isTrimmed) await trim();
      const bytes = littleEndianBytes(frames);
      if (pages instanceof PageList) {
        const deflated = await deflatePages(bytes, frameBytes);
        // What a failed attempt left behind the last frame that counts is written over.
        pages.keep(first);
        const start = pages.end;
        await sink.write(start, joined(deflated));
        pages.append(deflated.map(({ length }) => length));
      } else {
        await sink.write(pages.offsetOf(first), bytes);
      }
      if (performance.now() - publishedAt >= publishEveryMs) await publish(end);
      framesWritten = end;
    },

    async finish() {
      if (framesWritten === 0)
        throw new SlnetError("bad-input", "write TIFF: no frame was written, expected at least 1");
      if (!isTrimmed) await trim();
      await publish(framesWritten);
      return { frames: framesWritten, bytes: pages.offsetOf(framesWritten) };
    },
  };
}

/** Pages of the same size, one behind the other. */
export function evenPages(start: number, pageBytes: number): TiffPages {
  return { offsetOf: (frame) => start + frame * pageBytes, bytesOf: () => pageBytes };
}

/** Pages of any sizes. */
class PageList implements TiffPages {
  readonly #pages: TiffPage[] = [];

  constructor(readonly start: number) {}

  /** Where the next page goes. */
  get end(): number {
    const last = this.#pages.at(-1);
    return last ? last.offset + last.bytes : this.start;
  }

  offsetOf(frame: number): number {
    return frame < this.#pages.length ? this.#pages[frame].offset : this.end;
  }

  bytesOf(frame: number): number {
    return this.#pages[frame].bytes;
  }

  /** Forgets all but the first `count`. */
  keep(count: number): void {
    this.#pages.length = count;
  }

  add(pages: readonly TiffPage[]): void {
    for (const page of pages) this.#pages.push(page);
  }

  append(sizes: readonly number[]): void {
    for (const bytes of sizes) this.#pages.push({ offset: this.end, bytes });
  }
}
