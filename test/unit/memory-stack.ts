import { SlnetError } from "../../src/core/errors.js";
import { type SampleArray, type SampleType, type StackReader, unknownMetadata } from "../../src/core/frames.js";

/** A stack in memory that counts how often each frame is read. */
export interface MemoryStack extends StackReader {
  readonly reads: number[];
}

/**
 * @param stack - frames, `[height, width]` each
 * @param brokenFrom - the first frame that cannot be read
 */
export function memoryStack(
  stack: readonly SampleArray[],
  type: SampleType,
  width: number,
  { height = 1, brokenFrom = Infinity }: { readonly height?: number; readonly brokenFrom?: number } = {},
): MemoryStack {
  const reads = stack.map(() => 0);
  return {
    reads,
    description: {
      shape: { frames: stack.length, height, width, type },
      name: "stack",
      format: "frames",
      compression: "none",
      byteOrder: "little-endian",
      storedType: type,
      ...unknownMetadata,
      notices: [],
    },
    async readFrames(from, to, out, signal) {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      if (to > brokenFrom) throw new SlnetError("bad-input", "the file ends here");
      for (let frame = from; frame < to; frame++) {
        reads[frame]! += 1;
        out.set(stack[frame]!, (frame - from) * width * height);
      }
    },
    close: () => Promise.resolve(),
  };
}
