import { SlnetError } from "../../core/errors.js";
import { framePixels, type StackReader } from "../../core/frames.js";
import { maskedWindowLimits } from "../../core/masked-mean.js";
import type { ModelFile } from "../../core/model.js";
import { windowStartCount } from "../../core/windows.js";
import type { CleaningOptions } from "../../protocol/api.js";
import { loadKernels } from "../engines/kernels.js";
import type { EngineRoom } from "../engines/start-engine.js";
import { MaskedMean } from "./masked-mean.js";
import { createKernelSums } from "./masked-mean-kernel.js";
import { createPlainSums } from "./masked-mean-plain.js";
import { planMaskedMean } from "./masked-mean-plan.js";
import type { OutputPlans } from "../engines/engine.js";
import { blockFramesFor, type BackgroundMethod } from "./method.js";
import { openSlnetWindows } from "./slnet-windows.js";

/**
 * The mean of the frames around each frame as its background, without the molecules that SLNet finds in them. Where the
 * last frames are dropped they are in no window either.
 *
 * @throws {@link SlnetError} `bad-input` for a window out of range or a stack that is shorter than the shifts need,
 *   `out-of-memory` where the frames of a window do not fit
 */
export async function openMaskedMeanMethod(
  reader: StackReader,
  model: ModelFile,
  windowFrames: number,
  { tail, engine }: Pick<CleaningOptions, "tail" | "engine">,
  plans: OutputPlans,
  room: EngineRoom,
): Promise<BackgroundMethod> {
  const { minimum, maximum } = maskedWindowLimits;
  if (!Number.isInteger(windowFrames) || windowFrames < minimum || windowFrames > maximum) {
    throw new SlnetError(
      "bad-input",
      `the window of the masked mean is ${windowFrames} frames, expected a whole number from ${minimum} to ${maximum}`,
    );
  }
  const { name, shape } = reader.description;
  const pixels = framePixels(shape);
  const startCount = windowStartCount(shape.frames, model.temporalShifts);
  const frameCount = tail === "drop" ? startCount : shape.frames;
  // Before an engine is started for nothing.
  const plan = planMaskedMean(name, shape, frameCount, windowFrames);
  const outputRoom = { plans, frames: blockFramesFor(pixels) };
  const kernels = await loadKernels().catch(() => null);
  const sums = kernels ? createKernelSums(kernels, plan, outputRoom) : createPlainSums(plan, outputRoom);
  const float = { type: "float32", offsetAdu: 0 } as const;
  const windows = await openSlnetWindows(reader, model, engine, { sparse: float, lowRank: null }, room);
  const mean = new MaskedMean(windows, sums, frameCount, plan);
  const notices = [
    `the background is the mean of ${plan.windowFrames} frames around each frame without the molecules that SLNet finds, corrected by the ${plan.nearFrames} nearest`,
    ...(kernels ? [] : ["there is no WebAssembly with SIMD here, so the means are found by slower JavaScript"]),
  ];
  let turn: 0 | 1 = 0;

  return {
    from: 0,
    to: frameCount,
    blockFrames: outputRoom.frames,
    engine: windows.engine,
    get notices() {
      return [...notices, ...windows.notices];
    },
    async clean(from, to, signal) {
      const into = turn;
      turn = turn === 0 ? 1 : 0;
      const clipped = await mean.separate(from, to, into, signal);
      const { sparse, lowRank } = sums.outputs[into];
      const length = (to - from) * pixels;
      return { sparse: sparse?.subarray(0, length) ?? null, lowRank: lowRank?.subarray(0, length) ?? null, clipped };
    },
    close: () => windows.close(),
  };
}
