import { createSamples, type SampleArray } from "../../core/frames.js";
import { encodeUint16 } from "../../core/io/encode-samples.js";
import { slideMedians } from "../../core/running-median.js";
import type { OutputArray, OutputPlan, SeparatedBlock } from "../engines/engine.js";
import type { MedianFinder, OutputRoom } from "./running-median-finder.js";
import type { FinderPlan } from "./running-median-plan.js";

/** A finder in TypeScript, for where there is no WebAssembly. */
export function createPlainFinder(plan: FinderPlan, room: OutputRoom): MedianFinder {
  const { type, pixels, windowFrames } = plan;
  const create = (count: number): SampleArray[] => Array.from({ length: count }, () => createSamples(type, pixels));
  const frames = create(plan.slots);
  const medians = create(plan.blockFrames);
  const outputOf = (output: OutputPlan | null): OutputArray | null =>
    output &&
    (output.type === "uint16" ? new Uint16Array(room.frames * pixels) : new Float32Array(room.frames * pixels));
  const blockOf = (): SeparatedBlock => ({
    sparse: outputOf(room.plans.sparse),
    lowRank: outputOf(room.plans.lowRank),
  });
  const outputs = [blockOf(), blockOf()] as const;
  const computed = new Float32Array(pixels);
  let window: readonly SampleArray[] = [];

  const write = (out: OutputArray | null, output: OutputPlan | null, place: number): number => {
    if (!out || !output) return 0;
    const part = out.subarray(place * pixels, (place + 1) * pixels);
    if (part instanceof Uint16Array) return encodeUint16(computed, output.offsetAdu, part);
    for (let i = 0; i < pixels; i++) part[i] = computed[i] + output.offsetAdu;
    return 0;
  };

  return {
    frames,
    medians,
    outputs,
    prepare(slots) {
      window = slots.map((slot) => frames[slot]);
    },
    find(from, to) {
      slideMedians(window, windowFrames, medians.slice(0, window.length - windowFrames + 1), from, to);
    },
    separate(slot, index, place, into) {
      const frame = frames[slot];
      const median = medians[index];
      for (let i = 0; i < pixels; i++) computed[i] = Math.max(0, frame[i] - median[i]);
      const clipped = write(outputs[into].sparse, room.plans.sparse, place);
      computed.set(median);
      return clipped + write(outputs[into].lowRank, room.plans.lowRank, place);
    },
  };
}
