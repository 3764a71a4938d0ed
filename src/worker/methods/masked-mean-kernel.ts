import { framePixels } from "../../core/frames.js";
import { gaussianWeights } from "../../core/gaussian-blur.js";
import { maskBlurSigmaPixels } from "../../core/masked-mean.js";
import type { OutputArray, OutputPlan } from "../engines/engine.js";
import { outputBytes, reserveOutputs, writeFrame } from "../engines/kernel-outputs.js";
import { arrayAt, KernelInstance, type KernelModule } from "../engines/kernels.js";
import {
  foundPlaces,
  frameStrideOf,
  maskStrideOf,
  slotBytes,
  sumBytes,
  tileBytes,
  type MaskedMeanPlan,
} from "./masked-mean-plan.js";
import { sumNear, type MaskedMeanSums } from "./masked-mean-sums.js";
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
    slots * slotBytes(plan) +
    foundPlaces * maskStride +
    sumBytes(plan) +
    tileBytes(plan) +
    9 * pixels +
    maximumScratchBytes(width, height) +
    maximumNearScratchBytes(plan) +
    weights.byteLength +
    outputBytes(room.plans, blockValues);
  const instance = new KernelInstance(module, bytes + 2048);
  const { kernels, buffer } = instance;

  const weightsAt = instance.reserve(weights.byteLength);
  new Float32Array(buffer, weightsAt, weights.length).set(weights);
  const sumsAt = instance.reserve(sumBytes(plan));
  const sparseAt = instance.reserve(4 * pixels);
  const scratch = instance.reserve(kernels.maskScratchBytes(width, height));
  const nearScratch = instance.reserve(kernels.nearScratchBytes(width, height));
  const means = instance.reserve(4 * pixels);
  const nearCounts = instance.reserve(pixels);
  const nearSums = new Float64Array(buffer, instance.reserve(tileBytes(plan)), tileBytes(plan) / 8);
  const tilesAt = instance.reserve(slots * tileBytes(plan));
  const tiles = Array.from(
    { length: slots },
    (_, slot) => new Float64Array(buffer, tilesAt + slot * tileBytes(plan), nearSums.length),
  );
  const found = instance.reserve(foundPlaces * maskStride);
  const masks = instance.reserve(slots * maskStride);
  const framesAt = instance.reserve(slots * frameStride);
  const sparseRoom = new Float32Array(buffer, sparseAt, pixels);
  const outputs = reserveOutputs(instance, room.plans, blockValues);
  const areIntegers = type !== "float32";
  const estimateMean = areIntegers ? kernels.estimateMeanInteger : kernels.estimateMeanFloat32;
  const { slide, sumTiles, writeMean } = {
    uint8: { slide: kernels.slideUint8, sumTiles: kernels.sumTilesUint8, writeMean: kernels.writeMeanUint8 },
    uint16: { slide: kernels.slideUint16, sumTiles: kernels.sumTilesUint16, writeMean: kernels.writeMeanUint16 },
    float32: { slide: kernels.slideFloat32, sumTiles: kernels.sumTilesFloat32, writeMean: kernels.writeMeanFloat32 },
  }[type];
  kernels.prepareMaskedMean(pixels, sumsAt, areIntegers, framesAt, frameStride, masks, maskStride, slots, means);

  const maskOf = (slot: number): number => masks + slot * maskStride;
  const foundAt = (place: number): number => found + place * maskStride;

  const writePart = (out: OutputArray | null, output: OutputPlan | null, place: number, slot: number): number =>
    writeFrame(out, output, place, pixels, (address, integers, added) => writeMean(slot, address, integers, added));

  return {
    frames: Array.from({ length: slots }, (_, slot) => arrayAt(type, buffer, framesAt + slot * frameStride, pixels)),
    outputs,
    find(place, sparse) {
      sparseRoom.set(sparse);
      kernels.maskMolecules(sparseAt, width, height, weightsAt, foundAt(place), scratch);
    },
    mask(slot, [before, place, after]) {
      kernels.growMask(foundAt(before), foundAt(place), foundAt(after), maskOf(slot));
      sumTiles(framesAt + slot * frameStride, maskOf(slot), width, height, tilesAt + slot * tileBytes(plan));
    },
    clear: () => new Uint8Array(buffer, sumsAt, sumBytes(plan)).fill(0),
    slide: (entering, leaving) => slide(entering, leaving, plan.windowFrames),
    clearNear: () => new Uint8Array(buffer, nearCounts, pixels).fill(0),
    slideNear: (entering, leaving) =>
      kernels.countNear(nearCounts, maskOf(entering), leaving < 0 ? 0 : maskOf(leaving), pixels),
    estimate(nearSlots) {
      estimateMean(plan.windowFrames);
      sumNear(tiles, nearSlots, nearSums);
      kernels.correctByNear(means, nearSums.byteOffset, nearCounts, width, height, areIntegers, nearScratch);
    },
    write(slot, place, into) {
      const { sparse, lowRank } = outputs[into];
      return writePart(sparse, room.plans.sparse, place, slot) + writePart(lowRank, room.plans.lowRank, place, -1);
    },
  };
}

function maximumNearScratchBytes(plan: MaskedMeanPlan): number {
  return 3 * tileBytes(plan) + 4 * plan.width;
}

/** At least what the kernel will say, which can be asked only once there is memory. */
function maximumScratchBytes(width: number, height: number): number {
  const stride = width + 15;
  return 4 * stride * height + 4 * (9 * stride + 16) + 2 * ((stride + 16) * height + 32);
}
