import { SlnetError } from "../core/errors.js";
import { framePixels, sampleBytes, type StackShape } from "../core/frames.js";
import type { PixelPath } from "../protocol/api.js";
import type { FrameRange } from "./profile.js";

/** Values held of one part of a profile: 64 MB, and three parts of it. */
const maximumProfileValues = 16e6;
/** Bytes of frames that a click reads unasked: seconds from a disk. */
export const unaskedBytes = 2e9;

export interface ReadingWish {
  /** The frame shown. */
  readonly step: number;
  /** Frames looked at in the plots; `null`: all. */
  readonly range: FrameRange | null;
  /** Read all frames, whatever the time it takes. */
  readonly all: boolean;
}

/** Bytes of all frames: they are read as a whole, however few of their pixels are wanted. */
export function stackBytes(shape: StackShape): number {
  return shape.frames * framePixels(shape) * sampleBytes(shape.type);
}

/** How many frames of a path fit the memory. */
export function mostFramesOf({ from, to }: PixelPath): number {
  return Math.floor(maximumProfileValues / positionsOf({ from, to }));
}

/**
 * All frames where reading them takes at most {@link unaskedBytes} or is asked for; else as many as that allows around those
 * that are looked at, or the one that is shown.
 *
 * @throws {@link SlnetError} `out-of-memory` where all are asked for and their values do not fit the memory
 */
export function framesToRead(path: PixelPath, shape: StackShape, { step, range, all }: ReadingWish): FrameRange {
  const { frames } = shape;
  const fitting = mostFramesOf(path);
  if (all && frames > fitting) {
    throw new SlnetError(
      "out-of-memory",
      `a line of ${positionsOf(path)} pixels over ${frames} frames does not fit the memory, expected at most ${fitting} ` +
        "frames; choose a shorter line",
    );
  }
  const quick = Math.max(1, Math.floor((unaskedBytes * frames) / stackBytes(shape)));
  const most = all ? frames : Math.min(fitting, quick);
  if (frames <= most) return [0, frames];
  const isLookedAt = range !== null && range[1] - range[0] <= most;
  const middle = isLookedAt ? Math.floor((range[0] + range[1]) / 2) : step;
  const first = Math.min(Math.max(middle - Math.floor(most / 2), 0), frames - most);
  return [first, first + most];
}

function positionsOf({ from, to }: PixelPath): number {
  return Math.round(Math.hypot(to[0] - from[0], to[1] - from[1])) + 1;
}
