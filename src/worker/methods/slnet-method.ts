import { createSamples, framePixels, sampleBytes, type SampleArray, type StackReader } from "../../core/frames.js";
import { networkOf, type ModelFile } from "../../core/model.js";
import { separationMap } from "../../core/separation.js";
import { windowOf, windowStartCount } from "../../core/windows.js";
import type { CleaningOptions } from "../../protocol/api.js";
import type { Engine } from "../engines/engine.js";
import { relayEngine } from "../engines/engine-relay.js";
import type { EngineRoom } from "../engines/start-engine.js";
import { FrameRing } from "../readers/frame-ring.js";
import { maximumBlockFrames, type BackgroundMethod } from "./method.js";

/** Beyond this, frames are read again for each window instead of being held between blocks. */
const ringLimitBytes = 192e6;

/**
 * SLNet with trained weights.
 *
 * @throws {@link SlnetError} `bad-input` where the stack is shorter than the shifts need
 */
export async function openSlnetMethod(
  reader: StackReader,
  model: ModelFile,
  { tail, engine: request }: Pick<CleaningOptions, "tail" | "engine">,
  room: EngineRoom,
): Promise<BackgroundMethod> {
  const { shape } = reader.description;
  const { temporalShifts: shifts } = model;
  const frameCount = shape.frames;
  const longest = shifts.at(-1) ?? 0;
  const startCount = windowStartCount(frameCount, shifts);
  const to = tail === "drop" ? startCount : frameCount;

  const map = separationMap(networkOf(model), model.normalisation);
  const pixels = framePixels(shape);
  const load = createFrameLoader(reader, longest);
  const notices: string[] = [];
  let engine: Engine | null = null;

  const clean: BackgroundMethod["clean"] = async (from, until, sparse, lowRank, signal) => {
    const places = Array.from({ length: until - from }, (_, index) => windowOf(from + index, shifts, frameCount));
    const frame = await load(
      places.flatMap((place) => place.frames),
      signal,
    );
    const apply = {
      map,
      windows: places.map((place) => place.frames.map(frame)),
      channels: places.map((place) => place.channel),
      sparse,
      lowRank,
    };
    await (engine as Engine).apply(apply);
  };

  const trialFrames = Math.min(4, to);
  const trialSparse = new Float32Array(trialFrames * pixels);
  const chosen = await room.choose(request, async (candidate) => {
    engine = candidate;
    await clean(0, trialFrames, trialSparse, null, new AbortController().signal);
  });
  engine = relayEngine(room, chosen, (text) => notices.push(text));
  return { from: 0, to, engine: chosen.report, notices, clean };
}

type FrameLoader = (indices: readonly number[], signal: AbortSignal) => Promise<(index: number) => SampleArray>;

function createFrameLoader(reader: StackReader, longestShift: number): FrameLoader {
  const { shape } = reader.description;
  const pixels = framePixels(shape);
  // A window reaches at most the longest shift back and forth from its frame.
  const capacity = Math.min(shape.frames, 2 * longestShift + maximumBlockFrames);
  const ascending = (indices: readonly number[]): number[] => [...new Set(indices)].sort((a, b) => a - b);
  if (capacity * pixels * sampleBytes(shape.type) <= ringLimitBytes) {
    const ring = new FrameRing(reader, capacity);
    return async (indices, signal) => {
      await ring.load(ascending(indices), signal);
      return (index) => ring.frame(index);
    };
  }
  return async (indices, signal) => {
    const frames = new Map<number, SampleArray>();
    for (const index of ascending(indices)) {
      const samples = createSamples(shape.type, pixels);
      await reader.readFrames(index, index + 1, samples, signal);
      frames.set(index, samples);
    }
    return (index) => frames.get(index) as SampleArray;
  };
}
