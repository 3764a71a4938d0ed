import { SlnetError } from "../../core/errors.js";
import { framePixels, sampleBytes, type SampleType, type StackShape } from "../../core/frames.js";

/** What a running masked mean is made for. */
export interface MaskedMeanPlan {
  readonly type: SampleType;
  readonly width: number;
  readonly height: number;
  /** Frames of a window. */
  readonly windowFrames: number;
  /** Frames held at the same time: those of a window, and one more that enters while the oldest is still needed. */
  readonly slots: number;
}

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
  const plan = { type, width, height, windowFrames: size, slots: size + 1 };
  const bytes = plan.slots * (frameStrideOf(plan) + maskStrideOf(plan)) + sumBytes(plan);
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

/** Bytes of the sums: of all frames and of the unmasked ones, and a 16-bit count of these. */
export function sumBytes(plan: MaskedMeanPlan): number {
  return framePixels(plan) * (plan.type === "float32" ? 18 : 10);
}
