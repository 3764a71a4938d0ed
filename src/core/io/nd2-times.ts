import { isSlnetError } from "../errors.js";
import type { ByteSource } from "../frames.js";
import { readNd2Chunk, readNd2Metadata, type Nd2Map } from "./nd2-chunks.js";
import type { Nd2Frames, Nd2Loop } from "./nd2-experiment.js";
import { imageTimeBytes } from "./nd2-images.js";

/**
 * Seconds from one frame to the next: the median of the times that were recorded, else the mean of the first and the
 * last image's, else what the loop of time says. `null` where nothing does.
 */
export async function nd2FrameInterval(
  source: ByteSource,
  map: Nd2Map,
  frames: Nd2Frames,
  loops: readonly Nd2Loop[],
): Promise<number | null> {
  if (frames.count < 2) return null;
  const overTime = loops.length === 0 || loops.some(({ axis }) => axis === "time");
  const milliseconds =
    (await recordedInterval(source, map, frames)) ??
    (await meanInterval(source, map, frames)) ??
    loops.find(({ axis }) => axis === "time")?.intervalMs ??
    null;
  return overTime && milliseconds !== null ? milliseconds / 1000 : null;
}

async function recordedInterval(source: ByteSource, map: Nd2Map, frames: Nd2Frames): Promise<number | null> {
  const bytes = await optional(readNd2Metadata(source, map, "CustomData|AcqTimesCache!"));
  const last = frames.first + (frames.count - 1) * frames.step;
  if (!bytes || bytes.length < 8 * (last + 1)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const differences = new Float64Array(frames.count - 1);
  for (let i = 0; i < differences.length; i++) {
    const at = 8 * (frames.first + i * frames.step);
    differences[i] = view.getFloat64(at + 8 * frames.step, true) - view.getFloat64(at, true);
  }
  differences.sort();
  return duration(differences[differences.length >> 1]);
}

async function meanInterval(source: ByteSource, map: Nd2Map, frames: Nd2Frames): Promise<number | null> {
  const timeOf = async (frame: number): Promise<number> => {
    const chunk = await optional(readNd2Chunk(source, map.images[frames.first + frame * frames.step]));
    const bytes = chunk && (await source.read(chunk.content, imageTimeBytes));
    return bytes?.length === imageTimeBytes ? new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true) : NaN;
  };
  const [first, last] = await Promise.all([timeOf(0), timeOf(frames.count - 1)]);
  return duration((last - first) / (frames.count - 1));
}

/** Longer than a microsecond and shorter than a day, or it is no interval. */
function duration(milliseconds: number): number | null {
  return milliseconds > 1e-3 && milliseconds < 86_400_000 ? milliseconds : null;
}

/** What is broken here is only not known. */
async function optional<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (isSlnetError(error, "bad-input")) return null;
    throw error;
  }
}
