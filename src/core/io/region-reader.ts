import {
  createSamples,
  framePixels,
  sampleBytes,
  type SampleArray,
  type StackReader,
  type StackRegion,
  type StackShape,
} from "../frames.js";
import { regionIn } from "../stack-region.js";
import { requireFrameRange } from "./frame-range.js";

/** Bytes of whole frames read together. */
const readBytes = 4e6;

/**
 * A part of a stack as a stack of its own, whose frame 0 is the first of the region. Closing it leaves the stack open.
 *
 * @throws {@link SlnetError} `bad-input` where the region is no part of the stack
 */
export function readRegion(reader: StackReader, region: StackRegion): StackReader {
  const { description } = reader;
  const whole = description.shape;
  const { x, y, width, height, from: first, to: end } = regionIn(description.name, whole, region);
  const shape: StackShape = { frames: end - first, height, width, type: whole.type };
  const isWholeFrame = width === whole.width && height === whole.height;
  const framesAtOnce = Math.max(1, Math.floor(readBytes / (framePixels(whole) * sampleBytes(whole.type))));
  let spare: SampleArray | null = null;

  return {
    description: { ...description, shape },
    async readFrames(from, to, out, signal) {
      requireFrameRange(description.name, shape, from, to, out);
      if (isWholeFrame) return reader.readFrames(first + from, first + to, out, signal);
      const count = Math.min(framesAtOnce, to - from);
      const taken = spare && spare.length >= count * framePixels(whole) ? spare : null;
      // A second read beside this one gets room of its own.
      spare = null;
      const frames = taken ?? createSamples(whole.type, count * framePixels(whole));
      for (let next = from; next < to; next += count) {
        const last = Math.min(to, next + count);
        const part = frames.subarray(0, (last - next) * framePixels(whole));
        await reader.readFrames(first + next, first + last, part, signal);
        for (let frame = 0; frame < last - next; frame++) {
          for (let row = 0; row < height; row++) {
            const at = (frame * whole.height + y + row) * whole.width + x;
            out.set(part.subarray(at, at + width), ((next - from + frame) * height + row) * width);
          }
        }
      }
      spare = frames;
    },
    close: () => Promise.resolve(),
  };
}
