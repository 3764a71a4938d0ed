import { framePixels } from "../../core/frames.js";
import { gaussianWeights } from "../../core/gaussian-blur.js";
import { maskBlurSigmaPixels } from "../../core/masked-mean.js";
import type { OutputArray, OutputPlan } from "../engines/engine.js";
import { outputBytes, reserveOutputs, writeFrame } from "../engines/kernel-outputs.js";
import { arrayAt, KernelInstance, type KernelModule } from "../engines/kernels.js";
import { frameStrideOf, maskStrideOf, sumBytes, type MaskedMeanPlan } from "./masked-mean-plan.js";
import type { MaskedMeanSums } from "./masked-mean-sums.js";
import type { OutputRoom } from "./running-median-finder.js";

/**
 * Sums with the kernels in `src/kernels/assembly/masked-mean.ts`.
 *
 * @throws {@link SlnetError} `out-of-memory`
 */
export function createKernelSums({ module }: KernelModule, plan: MaskedMeanPlan, room: OutputRoom): MaskedMeanSums {
  const { type, width, height, slots } = plan;
  const pixels = framePixels(plan);
  const [frameStride, maskStride] = [frameStrideOf(plan), maskStrideOf(plan)];
  const blockValues = room.frames * pixels;
  const weights = gaussianWeights(maskBlurSigmaPixels);
  const bytes =
    slots * (frameStride + maskStride) +
    sumBytes(plan) +
    4 * pixels +
    maximumScratchBytes(width, height) +
    weights.byteLength +
    outputBytes(room.plans, blockValues);
  const instance = new KernelInstance(module, bytes + 1024);
  const { kernels, buffer } = instance;

  const weightsAt = instance.reserve(weights.byteLength);
  new Float32Array(buffer, weightsAt, weights.length).set(weights);
  const sumsAt = instance.reserve(sumBytes(plan));
  const sparseAt = instance.reserve(4 * pixels);
  const scratch = instance.reserve(kernels.maskScratchBytes(width, height));
  const masks = instance.reserve(slots * maskStride);
  const framesAt = instance.reserve(slots * frameStride);
  const sparseRoom = new Float32Array(buffer, sparseAt, pixels);
  const outputs = reserveOutputs(instance, room.plans, blockValues);
  const { slide, writeMean } = {
    uint8: { slide: kernels.slideUint8, writeMean: kernels.writeMeanUint8 },
    uint16: { slide: kernels.slideUint16, writeMean: kernels.writeMeanUint16 },
    float32: { slide: kernels.slideFloat32, writeMean: kernels.writeMeanFloat32 },
  }[type];
  kernels.prepareMaskedMean(pixels, sumsAt, type !== "float32", framesAt, frameStride, masks, maskStride, slots);

  const writePart = (out: OutputArray | null, output: OutputPlan | null, place: number, slot: number): number =>
    writeFrame(out, output, place, pixels, (address, integers, added) =>
      writeMean(slot, plan.windowFrames, address, integers, added),
    );

  return {
    frames: Array.from({ length: slots }, (_, slot) => arrayAt(type, buffer, framesAt + slot * frameStride, pixels)),
    outputs,
    mask(slot, sparse) {
      sparseRoom.set(sparse);
      kernels.maskMolecules(sparseAt, width, height, weightsAt, masks + slot * maskStride, scratch);
    },
    clear: () => new Uint8Array(buffer, sumsAt, sumBytes(plan)).fill(0),
    slide: (entering, leaving) => slide(entering, leaving, plan.windowFrames),
    write(slot, place, into) {
      const { sparse, lowRank } = outputs[into];
      return writePart(sparse, room.plans.sparse, place, slot) + writePart(lowRank, room.plans.lowRank, place, -1);
    },
  };
}

/** At least what the kernel will say, which can be asked only once there is memory. */
function maximumScratchBytes(width: number, height: number): number {
  const stride = width + 15;
  return 4 * stride * height + 4 * (9 * stride + 16) + 2 * ((stride + 16) * height + 32);
}
