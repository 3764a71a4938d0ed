import { SlnetError } from "../../core/errors.js";
import { framePixels, sampleBytes, type SampleType, type StackShape } from "../../core/frames.js";

/** What a finder is made for. */
export interface FinderPlan {
  readonly type: SampleType;
  /** Of one frame. */
  readonly pixels: number;
  /** Frames of a window. */
  readonly windowFrames: number;
  /** Frames held at the same time. */
  readonly slots: number;
  /** Most medians found together. */
  readonly blockFrames: number;
}

const memoryLimitBytes = 1e9;
/** Blocks are made smaller for the frames to fit this, so that a whole cleaning stays within 400 MB … */
const comfortableBytes = 300e6;
/** … or, where one window already takes more, not much more than that. */
const comfortableShare = 1.25;

/** Larger blocks cost less for each median, but more memory, and more time until the first. */
const maximumBlockFrames = 1024;
const minimumBlockFrames = 4;

/**
 * How a running median works through a stack: with the largest blocks for which the frames fit 300 MB, or a quarter
 * more than the smallest ones take.
 *
 * @param windowFrames - at least 1
 * @throws {@link SlnetError} `out-of-memory` where even the smallest blocks do not fit
 */
export function planRunningMedian(name: string, shape: StackShape, windowFrames: number): FinderPlan {
  const size = Math.min(windowFrames, shape.frames);
  const planOf = (blockFrames: number): FinderPlan => ({
    type: shape.type,
    pixels: framePixels(shape),
    windowFrames: size,
    slots: size + blockFrames - 1,
    blockFrames,
  });
  let plan = planOf(blockFramesFor(size, shape.frames - size + 1));
  const comfortable = Math.max(comfortableBytes, comfortableShare * finderBytes(planOf(minimumBlockFrames)));
  while (finderBytes(plan) > Math.min(comfortable, memoryLimitBytes) && plan.blockFrames > minimumBlockFrames) {
    plan = planOf(plan.blockFrames / 2);
  }
  const bytes = finderBytes(plan);
  if (bytes <= memoryLimitBytes) return plan;
  throw new SlnetError(
    "out-of-memory",
    `${name}: a running median of ${size} frames needs ${Math.ceil(bytes / 1e6)} MB, the limit is ` +
      `${memoryLimitBytes / 1e6} MB; use a shorter window`,
  );
}

/** The smallest block in which `count` windows are, or the largest that windows of that size allow. */
export function blockFramesFor(windowFrames: number, count: number): number {
  let frames = minimumBlockFrames;
  while (frames < count && 2 * frames <= windowFrames + 1 && frames < maximumBlockFrames) frames *= 2;
  return frames;
}

/** A line of the processor's cache, which the kernel works on at a time. */
export const lineBytes = 64;

/**
 * Bytes from one frame to the next: an odd number of lines, so that the same pixel of many frames can be in the cache.
 * A large power of two made the kernel up to 1.6 times slower.
 */
export function strideOf({ type, pixels }: Pick<FinderPlan, "type" | "pixels">): number {
  const lines = Math.ceil((pixels * sampleBytes(type)) / lineBytes);
  return (lines + (lines % 2 === 0 ? 1 : 2)) * lineBytes;
}

/** Memory of a finder, in bytes. */
export function finderBytes(plan: FinderPlan): number {
  return (plan.slots + plan.blockFrames) * strideOf(plan);
}
