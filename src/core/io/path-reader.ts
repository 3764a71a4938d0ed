import { createSamples, sampleBytes, type StackReader, type StackRegion, type StackShape } from "../frames.js";
import type { PixelPosition } from "../pixel-path.js";
import { requireFrameRange } from "./frame-range.js";
import { readRegion } from "./region-reader.js";

/** Up to this size what was read is kept, so that each frame is read once. */
const keptBytes = 64e6;
const framesAtOnce = 256;

/**
 * Some pixels of a stack as a stack of one row: `[frames, 1, positions]`. Closing it leaves the stack open.
 *
 * @param positions - pixels of the stack, at least one
 */
export function readPath(reader: StackReader, positions: readonly PixelPosition[]): StackReader {
  const { description } = reader;
  const { type, frames } = description.shape;
  const box = boundingBox(positions, frames);
  const inner = readRegion(reader, box);
  const places = positions.map(([x, y]) => (y - box.y) * box.width + x - box.x);
  const boxPixels = box.width * box.height;
  const count = positions.length;
  const shape: StackShape = { frames, height: 1, width: count, type };
  const keeps = frames * count * sampleBytes(type) <= keptBytes;
  const kept = createSamples(type, keeps ? frames * count : 0);
  const isKept = new Uint8Array(keeps ? frames : 0);

  return {
    description: { ...description, shape },
    async readFrames(from, to, out, signal) {
      requireFrameRange(description.name, shape, from, to, out);
      for (let next = from; next < to;) {
        let last = next + 1;
        if (isKept[next]) {
          while (last < to && isKept[last]) last++;
          out.set(kept.subarray(next * count, last * count), (next - from) * count);
        } else {
          while (last < to && last - next < framesAtOnce && !isKept[last]) last++;
          const samples = createSamples(type, (last - next) * boxPixels);
          await inner.readFrames(next, last, samples, signal);
          for (let frame = next; frame < last; frame++) {
            const at = (frame - next) * boxPixels;
            for (let i = 0; i < count; i++) out[(frame - from) * count + i] = samples[at + places[i]];
          }
          if (keeps) {
            kept.set(out.subarray((next - from) * count, (last - from) * count), next * count);
            isKept.fill(1, next, last);
          }
        }
        next = last;
      }
    },
    close: () => Promise.resolve(),
  };
}

function boundingBox(positions: readonly PixelPosition[], frames: number): StackRegion {
  const columns = positions.map(([x]) => x);
  const rows = positions.map(([, y]) => y);
  const [x, y] = [Math.min(...columns), Math.min(...rows)];
  return { x, y, width: Math.max(...columns) - x + 1, height: Math.max(...rows) - y + 1, from: 0, to: frames };
}
