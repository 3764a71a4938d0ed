import { sampleBytes, type SampleArray } from "../../core/frames.js";
import type { OutputArray, OutputPlan } from "../engines/engine.js";
import { outputBytes, reserveOutputs, writeFrame } from "../engines/kernel-outputs.js";
import { arrayAt, KernelInstance, type KernelModule } from "../engines/kernels.js";
import type { MedianFinder, OutputRoom } from "./running-median-finder.js";
import { finderBytes, lineBytes, strideOf, type FinderPlan } from "./running-median-plan.js";

/**
 * A finder with the kernels in `src/kernels/assembly/running-median.ts`. Blocks are powers of two from 4 to W + 1.
 *
 * @throws {@link SlnetError} `out-of-memory`
 */
export function createKernelFinder({ module }: KernelModule, plan: FinderPlan, room: OutputRoom): MedianFinder {
  const { type, pixels, blockFrames } = plan;
  // The kernel wants windows of 3 frames or more. A stack of 1 or 2 has one window; with each frame taken four times or
  // twice its median is the same.
  const repeat = plan.windowFrames < 3 ? 4 / plan.windowFrames : 1;
  const windowFrames = plan.windowFrames * repeat;
  const stride = strideOf(plan);
  const tableBytes = 4 * (windowFrames + blockFrames);
  const workBytes = maximumScratchBytes(windowFrames, blockFrames);
  const blockValues = room.frames * pixels;
  const bytes = finderBytes(plan) + tableBytes + workBytes + outputBytes(room.plans, blockValues);
  const instance = new KernelInstance(module, bytes);
  const { kernels, buffer } = instance;

  const table = new Uint32Array(buffer, instance.reserve(tableBytes), windowFrames + blockFrames);
  const scratch = instance.reserve(kernels.runningMedianScratch(windowFrames, blockFrames));
  const arraysOf = (count: number): SampleArray[] => {
    const address = instance.reserve(count * stride);
    return Array.from({ length: count }, (_, index) => arrayAt(type, buffer, address + index * stride, pixels));
  };
  const frames = arraysOf(plan.slots);
  const medians = arraysOf(blockFrames);
  const outputs = reserveOutputs(instance, room.plans, blockValues);
  const { find, subtract } = {
    uint8: { find: kernels.runningMedianUint8, subtract: kernels.subtractUint8 },
    uint16: { find: kernels.runningMedianUint16, subtract: kernels.subtractUint16 },
    float32: { find: kernels.runningMedianFloat32, subtract: kernels.subtractFloat32 },
  }[type];

  const write = (out: OutputArray | null, output: OutputPlan | null, place: number, frame: number, median: number) =>
    writeFrame(out, output, place, pixels, (address, integers, added) =>
      subtract(frame, median, address, integers, added, pixels),
    );

  return {
    frames,
    medians,
    outputs,
    prepare(slots) {
      const windows = slots.length - plan.windowFrames + 1;
      for (let i = 0; i < windowFrames + windows - 1; i++) {
        table[i] = frames[slots[Math.min(slots.length - 1, Math.floor(i / repeat))]].byteOffset;
      }
      kernels.prepareRunningMedian(table.byteOffset, windowFrames, windows, scratch, medians[0].byteOffset, stride);
    },
    find(from, to) {
      const bytes = sampleBytes(type);
      // The last pixels are found with what is behind them, up to the next frame.
      find(from * bytes, Math.ceil((to * bytes) / lineBytes) * lineBytes);
    },
    separate(slot, window, place, into) {
      const frame = frames[slot].byteOffset;
      const median = medians[window].byteOffset;
      const { sparse, lowRank } = outputs[into];
      return (
        write(sparse, room.plans.sparse, place, frame, median) + write(lowRank, room.plans.lowRank, place, median, 0)
      );
    },
  };
}

/** At least what the kernel will say, which can be asked only once there is memory. */
function maximumScratchBytes(windowFrames: number, blockFrames: number): number {
  const core = 2 * (windowFrames + 2 * blockFrames);
  return 16 * (core + blockFrames * (6 + 2 * Math.log2(blockFrames)) + 4 * (windowFrames + blockFrames + 1));
}
