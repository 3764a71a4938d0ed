import { createSamples, framePixels, type StackReader } from "../../core/frames.js";
import { blockFramesFor, type BackgroundMethod } from "./method.js";

/** Reads frames and gives nothing, for who looks at the frames themselves as they are read. */
export function openNoMethod(reader: StackReader): BackgroundMethod {
  const { shape } = reader.description;
  const pixels = framePixels(shape);
  const blockFrames = blockFramesFor(pixels);
  const samples = createSamples(shape.type, blockFrames * pixels);
  return {
    from: 0,
    to: shape.frames,
    blockFrames,
    engine: null,
    notices: [],
    async clean(from, to, signal) {
      await reader.readFrames(from, to, samples.subarray(0, (to - from) * pixels), signal);
      return { sparse: null, lowRank: null, clipped: 0 };
    },
    close: () => undefined,
  };
}
