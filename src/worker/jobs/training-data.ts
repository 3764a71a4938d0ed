import type { SlnetConfiguration } from "../../core/configuration.js";
import { SlnetError } from "../../core/errors.js";
import {
  createSamples,
  framePixels,
  sampleBytes,
  type SampleArray,
  type StackReader,
  type StackShape,
} from "../../core/frames.js";
import { parseFrameSelection } from "../../core/frame-selection.js";
import { createStatistics, type Normalisation } from "../../core/normalisation.js";
import { windowStartCount } from "../../core/windows.js";
import type { TrainingFrames } from "../engines/engine.js";
import { yieldToMessages } from "../pace.js";

const memoryLimitBytes = 1e9;
const readFrames = 16;

/** The frames that training needs, read once and kept in their own sample type. */
export interface TrainingData {
  readonly frames: TrainingFrames;
  /** First frames of the windows, as frame numbers of the stack. */
  readonly starts: readonly number[];
  /** Where a frame of the stack stands in `frames`. */
  slotOf(frame: number): number;
  readonly notices: readonly string[];
}

/** Which frames training needs, and how much of them. */
export interface TrainingDataPlan {
  /** First frames of the windows. */
  readonly starts: readonly number[];
  /** Frames to read, ascending. */
  readonly needed: readonly number[];
  /** Of the part of each frame that is kept, in pixels. */
  readonly height: number;
  readonly width: number;
  readonly bytes: number;
  readonly notices: readonly string[];
}

/**
 * Finds the windows of a frame selection.
 *
 * @param selection - first frames of the windows, such as `0:100`
 * @throws {@link SlnetError} `bad-input` where no window fits the stack, `out-of-memory` where the frames do not fit
 */
export function planTrainingData(
  shape: StackShape,
  configuration: SlnetConfiguration,
  selection: string,
  what: string,
): TrainingDataPlan {
  const { temporalShifts: shifts, useRandomShifts, imageSize } = configuration;
  const notices: string[] = [];
  const startCount = windowStartCount(shape.frames, shifts);
  const asked = parseFrameSelection(selection, shape.frames, what);
  const starts = asked.filter((start) => start < startCount);
  if (starts.length === 0) {
    throw new SlnetError(
      "bad-input",
      `${what} "${selection}" selects no frame that has a whole window: with shifts [${shifts.join(", ")}] and ` +
        `${shape.frames} frames, windows start at frames 0 to ${startCount - 1}`,
    );
  }
  if (starts.length < asked.length) {
    notices.push(
      `${starts.length} of ${asked.length} windows are used: with shifts [${shifts.join(", ")}] and ${shape.frames} frames, ` +
        `windows start at frames 0 to ${startCount - 1}`,
    );
  }

  const side = imageSize === 0 ? Infinity : imageSize;
  const height = Math.min(shape.height, side);
  const width = Math.min(shape.width, side);
  if (imageSize > Math.min(shape.height, shape.width)) {
    notices.push(
      `imageSize is ${imageSize}, but frames have ${shape.width}×${shape.height} pixels: whole frames are used`,
    );
  }

  const longest = shifts.at(-1) ?? 0;
  const reached = useRandomShifts ? Array.from({ length: longest + 1 }, (_, shift) => shift) : shifts;
  const needed = [...new Set(starts.flatMap((start) => reached.map((shift) => start + shift)))].sort((a, b) => a - b);
  const bytes = needed.length * height * width * sampleBytes(shape.type);
  if (bytes > memoryLimitBytes) {
    throw new SlnetError(
      "out-of-memory",
      `training on ${needed.length} frames of ${width}×${height} needs ${Math.ceil(bytes / 1e6)} MB, the limit is ` +
        `${memoryLimitBytes / 1e6} MB; use fewer training frames or a smaller imageSize`,
    );
  }
  return { starts, needed, height, width, bytes, notices };
}

/**
 * Reads the windows of a frame selection.
 *
 * @param normalisation - constants to use, `null`: from the frames read
 * @throws as {@link planTrainingData}
 */
export async function readTrainingData(
  reader: StackReader,
  configuration: SlnetConfiguration,
  selection: string,
  what: string,
  normalisation: Normalisation | null,
): Promise<TrainingData> {
  const { shape } = reader.description;
  const { normType, offsetAdu } = configuration;
  const { starts, needed, height, width, notices } = planTrainingData(shape, configuration, selection, what);
  const pixels = height * width;
  const samples = createSamples(shape.type, needed.length * pixels);
  const statistics = createStatistics();
  await forEachFrame(reader, needed, (frame, slot) => {
    const target = samples.subarray(slot * pixels, (slot + 1) * pixels);
    copyCentre(frame, shape, target, height, width);
    statistics.add(target);
  });
  const slots = new Map(needed.map((frame, slot) => [frame, slot]));
  return {
    frames: {
      samples,
      shape: { frames: needed.length, height, width, type: shape.type },
      normalisation: normalisation ?? statistics.finish(normType, offsetAdu),
    },
    starts,
    slotOf(frame) {
      const slot = slots.get(frame);
      if (slot === undefined) throw new SlnetError("internal", `frame ${frame} was not read for training`);
      return slot;
    },
    notices,
  };
}

/** Calls back with each of the frames, ascending, reading runs of neighbours together. */
async function forEachFrame(
  reader: StackReader,
  indices: readonly number[],
  use: (frame: SampleArray, position: number) => void,
): Promise<void> {
  const { shape } = reader.description;
  const pixels = framePixels(shape);
  const buffer = createSamples(shape.type, Math.min(readFrames, indices.length) * pixels);
  for (let i = 0; i < indices.length;) {
    let count = 1;
    while (count < readFrames && indices[i + count] === indices[i] + count) count++;
    const part = buffer.subarray(0, count * pixels);
    await reader.readFrames(indices[i], indices[i] + count, part);
    for (let k = 0; k < count; k++) use(part.subarray(k * pixels, (k + 1) * pixels), i + k);
    i += count;
    await yieldToMessages();
  }
}

function copyCentre(
  frame: SampleArray,
  shape: { readonly height: number; readonly width: number },
  out: SampleArray,
  height: number,
  width: number,
): void {
  const top = Math.floor((shape.height - height) / 2);
  const left = Math.floor((shape.width - width) / 2);
  for (let row = 0; row < height; row++) {
    const start = (top + row) * shape.width + left;
    out.set(frame.subarray(start, start + width), row * width);
  }
}
