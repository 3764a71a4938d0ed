import { SlnetError } from "../../core/errors.js";
import { framePixels, type StackReader } from "../../core/frames.js";
import { medianWindowLimits } from "../../core/running-median.js";
import { loadKernels } from "../engines/kernels.js";
import type { OutputPlans } from "../engines/engine.js";
import { blockFramesFor, type BackgroundMethod } from "./method.js";
import { RunningMedian } from "./running-median.js";

/**
 * The median of the frames around each frame as its background.
 *
 * @throws {@link SlnetError} `bad-input` for a window out of range, `out-of-memory` where its frames do not fit
 */
export async function openRunningMedianMethod(
  reader: StackReader,
  windowFrames: number,
  plans: OutputPlans,
): Promise<BackgroundMethod> {
  const { minimum, maximum } = medianWindowLimits;
  if (!Number.isInteger(windowFrames) || windowFrames < minimum || windowFrames > maximum) {
    throw new SlnetError(
      "bad-input",
      `the window of the median is ${windowFrames} frames, expected ${minimum} to ${maximum}, or 0 for the whole stack`,
    );
  }
  const { shape } = reader.description;
  const pixels = framePixels(shape);
  const size = Math.min(windowFrames, shape.frames);
  const room = { plans, frames: blockFramesFor(pixels) };
  const kernels = await loadKernels().catch(() => null);
  const medians = RunningMedian.open(reader, windowFrames, room, kernels);
  const notices = [`the background is the temporal median of ${size} frames around each frame`];
  if (!kernels) notices.push("there is no WebAssembly with SIMD here, so the medians are found by slower JavaScript");
  let turn: 0 | 1 = 0;

  return {
    from: 0,
    to: shape.frames,
    blockFrames: room.frames,
    engine: null,
    notices,
    async clean(from, to, signal) {
      const into = turn;
      turn = turn === 0 ? 1 : 0;
      let clipped = 0;
      for (let frame = from; frame < to; frame++) clipped += await medians.separate(frame, frame - from, into, signal);
      const { sparse, lowRank } = medians.outputs[into];
      const length = (to - from) * pixels;
      return { sparse: sparse?.subarray(0, length) ?? null, lowRank: lowRank?.subarray(0, length) ?? null, clipped };
    },
    close: () => undefined,
  };
}
