import { framePixels, sampleBytes, type ByteSink } from "../frames.js";
import { requireStackSizes } from "./appended-frames.js";
import { createArrayWriter } from "./array-writer.js";
import { npyHeader } from "./npy-writer.js";
import type { StackWriter, StackWriterOptions } from "./stack-writer.js";

/**
 * Writes a stack as an array of NumPy, `[frames, height, width]`. Pixels go first, then the header that says how many frames
 * there are, which always has the same length: whatever moment a run is killed at, NumPy reads the frames reachable then.
 *
 * @param sink - empty
 */
export function createNpyStackWriter(sink: ByteSink, options: StackWriterOptions): StackWriter {
  requireStackSizes("NPY", options);
  const header = npyStackHeader(options);
  const start = header(options.frames).length;
  const frameBytes = framePixels(options) * sampleBytes(options.type);
  const publish = (frames: number): Promise<void> => sink.write(0, header(frames));
  return createArrayWriter(sink, options, {
    title: "NPY",
    start,
    publish,
    async finish(frames) {
      await publish(frames);
      return start + frames * frameBytes;
    },
  });
}

/** The header for any number of frames up to those planned, always of the same length. */
export function npyStackHeader({
  type,
  frames: planned,
  height,
  width,
}: StackWriterOptions): (frames: number) => Uint8Array<ArrayBuffer> {
  const descr = type === "uint16" ? "<u2" : "<f4";
  const longest = npyHeader(descr, [planned, height, width]).length;
  return (frames) => npyHeader(descr, [frames, height, width], longest);
}
