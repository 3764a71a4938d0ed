import { framePixels, type SampleArray, type StackReader } from "../frames.js";

/** A reader that shows the frames that go through it. */
export interface WatchedReader {
  readonly reader: StackReader;
  /**
   * From now on shows frames [from, to), each once, in the order in which they are read.
   *
   * @param see - gets one frame; not to be kept
   */
  watch(from: number, to: number, see: (frame: SampleArray) => void): void;
  /** How many of the watched frames were not read yet. */
  missing(): number;
}

export function watchReader(reader: StackReader): WatchedReader {
  const { description } = reader;
  const pixels = framePixels(description.shape);
  let first = 0;
  let seen = new Uint8Array(0);
  let left = 0;
  let show: (frame: SampleArray) => void = () => undefined;
  return {
    reader: {
      description,
      async readFrames(from, to, out, signal) {
        await reader.readFrames(from, to, out, signal);
        for (let frame = Math.max(from, first); frame < Math.min(to, first + seen.length); frame++) {
          if (seen[frame - first]) continue;
          seen[frame - first] = 1;
          left--;
          show(out.subarray((frame - from) * pixels, (frame - from + 1) * pixels));
        }
      },
      close: () => reader.close(),
    },
    watch(from, to, see) {
      first = from;
      seen = new Uint8Array(to - from);
      left = to - from;
      show = see;
    },
    missing: () => left,
  };
}
