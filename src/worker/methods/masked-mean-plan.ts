import { SlnetError } from "../../core/errors.js";
import { framePixels, sampleBytes, type SampleType, type StackShape } from "../../core/frames.js";
import { nearFramesOf } from "../../core/masked-mean.js";
import { tileGridOf } from "../../core/near-correction.js";

/** What a running masked mean is made for. */
export interface MaskedMeanPlan {
  readonly type: SampleType;
  readonly width: number;
  readonly height: number;
  /** Frames of a window. */
  readonly windowFrames: number;
  /** Those of them by which its mean is corrected. */
  readonly nearFrames: number;
  /**
   * Frames held at the same time: those of a window, one more that enters while the oldest is still needed, and the one
   * behind it, by whose molecules it is masked.
   */
  readonly slots: number;
}

/** Frames whose molecules are known at the same time: one, that before it and that behind it. */
export const foundPlaces = 3;

const memoryLimitBytes = 1.5e9;

/**
 * @param frameCount - frames that windows are made of
 * @throws {@link SlnetError} `out-of-memory` where the frames of a window and their masks do not fit
 */
export function planMaskedMean(
  name: string,
  shape: StackShape,
  frameCount: number,
  windowFrames: number,
): MaskedMeanPlan {
  const { type, width, height } = shape;
  const size = Math.min(windowFrames, frameCount);
  const plan = { type, width, height, windowFrames: size, nearFrames: nearFramesOf(size), slots: size + 2 };
  const bytes =
    plan.slots * slotBytes(plan) + foundPlaces * maskStrideOf(plan) + sumBytes(plan) + 4 * framePixels(plan);
  if (bytes <= memoryLimitBytes) return plan;
  throw new SlnetError(
    "out-of-memory",
    `${name}: a masked mean of ${size} frames needs ${Math.ceil(bytes / 1e6)} MB, the limit is ` +
      `${memoryLimitBytes / 1e6} MB; use a shorter window`,
  );
}

/** Bytes from one frame to the next. */
export function frameStrideOf(plan: MaskedMeanPlan): number {
  return Math.ceil((framePixels(plan) * sampleBytes(plan.type)) / 16) * 16;
}

/** Bytes from one mask to the next: a byte for each pixel, and 16 that a kernel writes behind them. */
export function maskStrideOf(plan: MaskedMeanPlan): number {
  return Math.ceil(framePixels(plan) / 16) * 16 + 16;
}

/** Bytes of a frame, its mask and its sums of tiles. */
export function slotBytes(plan: MaskedMeanPlan): number {
  return frameStrideOf(plan) + maskStrideOf(plan) + tileBytes(plan);
}

/** Of the sums of a frame's tiles. */
export function tileBytes({ width, height }: MaskedMeanPlan): number {
  const { columns, rows } = tileGridOf(width, height);
  return 8 * columns * rows;
}

/** Bytes of the sums: of all frames and of the unmasked ones, and a 16-bit count of these. */
export function sumBytes(plan: MaskedMeanPlan): number {
  return framePixels(plan) * (plan.type === "float32" ? 18 : 10);
}
