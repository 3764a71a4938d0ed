import { SlnetError } from "../errors.js";
import { framePixels, type StackDescription, type StackReader } from "../frames.js";
import { requireFrame, requireFrameRange } from "./frame-range.js";

/** Where each frame of a stack is. */
export interface FramePlaces {
  /** Index of the file. `[frames]` */
  readonly fileOf: Int32Array;
  /** Index of the frame in that file. `[frames]` */
  readonly indexOf: Float64Array;
}

/** Files of which some are open. */
export interface StackFiles {
  /** Lends the reader of a file until `work` has settled. */
  use<T>(file: number, work: (reader: StackReader) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Runs of frames that are read at the same time. */
const runsAtOnce = 4;

/** A stack whose frames are picked from one file or several. What follows each other in a file is read with one call. */
export function createPlaneReader(
  description: StackDescription,
  { fileOf, indexOf }: FramePlaces,
  files: StackFiles,
  canReadStored: boolean,
): StackReader {
  const { shape, name } = description;
  const pixels = framePixels(shape);
  const reader: StackReader = {
    description,

    async readFrames(from, to, out, signal) {
      requireFrameRange(name, shape, from, to, out);
      const runs: { readonly first: number; readonly end: number }[] = [];
      for (let first = from; first < to;) {
        let end = first + 1;
        while (end < to && fileOf[end] === fileOf[first] && indexOf[end] === indexOf[end - 1] + 1) end++;
        runs.push({ first, end });
        first = end;
      }
      const read = ({ first, end }: (typeof runs)[number]): Promise<void> =>
        files.use(fileOf[first], (file) =>
          file.readFrames(
            indexOf[first],
            indexOf[first] + end - first,
            out.subarray((first - from) * pixels, (end - from) * pixels),
            signal,
          ),
        );
      for (let done = 0; done < runs.length; done += runsAtOnce) {
        signal?.throwIfAborted();
        // All have settled before anybody may use the array again.
        const results = await Promise.allSettled(runs.slice(done, done + runsAtOnce).map(read));
        for (const result of results) if (result.status === "rejected") throw result.reason;
      }
    },

    close: () => files.close(),
  };
  if (!canReadStored) return reader;
  return {
    ...reader,
    async readStoredFrame(index, signal) {
      requireFrame(name, shape, index);
      return files.use(fileOf[index], async (file) => {
        if (file.readStoredFrame) return file.readStoredFrame(indexOf[index], signal);
        throw new SlnetError("internal", `${name}: frame ${index} cannot be read as it is stored`);
      });
    },
  };
}
