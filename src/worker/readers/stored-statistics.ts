import { createSamples, framePixels, type StackReader } from "../../core/frames.js";
import type { FrameStatistics } from "../../protocol/api.js";

/** Sum, minimum and maximum of one frame, of the values as the file stores them. */
export async function storedStatistics(reader: StackReader, index: number): Promise<FrameStatistics> {
  const values = await storedFrame(reader, index);
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { sum, min, max };
}

async function storedFrame(reader: StackReader, index: number): Promise<ArrayLike<number> & Iterable<number>> {
  if (reader.readStoredFrame) return reader.readStoredFrame(index);
  const { shape } = reader.description;
  const samples = createSamples(shape.type, framePixels(shape));
  await reader.readFrames(index, index + 1, samples);
  return samples;
}
