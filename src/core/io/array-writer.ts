import { SlnetError } from "../errors.js";
import { framePixels, sampleBytes, type ByteSink } from "../frames.js";
import { framesWith } from "./appended-frames.js";
import { littleEndianBytes } from "./byte-order.js";
import type { StackWriter, StackWriterOptions } from "./stack-writer.js";

/** What stands around frames that follow each other without gaps. */
export interface ArrayForm {
  /** Of the format, for messages. */
  readonly title: string;
  /** Where the first frame begins. */
  readonly start: number;
  /** Takes note of pixels that are written. */
  add?(bytes: Uint8Array): void;
  /** Makes so many frames reachable while more are to come; missing where a file can be read only once it is finished. */
  publish?(frames: number): Promise<void>;
  /** Makes so many frames all that there are. Returns the size of the file. */
  finish(frames: number): Promise<number>;
}

/**
 * Writes frames one behind the other, little-endian: first the pixels, then what makes them reachable.
 *
 * @param sink - empty
 */
export function createArrayWriter(sink: ByteSink, options: StackWriterOptions, form: ArrayForm): StackWriter {
  const { type, publishEveryMs = 0 } = options;
  const { title, start } = form;
  const frameBytes = framePixels(options) * sampleBytes(type);
  let framesWritten = 0;
  let framesPublished = 0;
  let publishedAt = -Infinity;
  /** Where the furthest write was to end, also one that failed. */
  let furthest = 0;

  return {
    get framesWritten() {
      return framesWritten;
    },
    get framesReachable() {
      return framesPublished;
    },

    async write(frames) {
      const end = framesWith(title, "file", options, framesWritten, frames);
      if (end === framesWritten) return;
      const bytes = littleEndianBytes(frames);
      furthest = start + end * frameBytes;
      await sink.write(start + framesWritten * frameBytes, bytes);
      form.add?.(bytes);
      framesWritten = end;
      if (!form.publish || publishEveryMs === Infinity) return;
      if (performance.now() - publishedAt < publishEveryMs) return;
      await form.publish(end);
      framesPublished = end;
      publishedAt = performance.now();
    },

    async finish() {
      if (framesWritten === 0) {
        throw new SlnetError("bad-input", `write ${title}: no frame was written, expected at least 1`);
      }
      const bytes = await form.finish(framesWritten);
      framesPublished = framesWritten;
      // What a failed write left behind the last frame belongs to nobody.
      if (furthest > start + framesWritten * frameBytes) await sink.resize?.(bytes);
      return { frames: framesWritten, bytes };
    },
  };
}
