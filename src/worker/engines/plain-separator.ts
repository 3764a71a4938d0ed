import { createSamples, type SampleArray } from "../../core/frames.js";
import type { SeparationMap } from "../../core/separation.js";
import type { Separator, SeparatorPlan } from "./engine.js";
import { OutputBlock } from "./output-block.js";

/** Frames to separate, each with its own window. */
export interface ApplyRequest {
  readonly map: SeparationMap;
  /** For each frame the n frames of its window, each `[pixels]`, in ADU. */
  readonly windows: readonly (readonly SampleArray[])[];
  /** For each frame the channel of its window that it is. */
  readonly channels: readonly number[];
  /** Written where given: `[frames, pixels]`, in ADU. */
  readonly sparse: Float32Array | null;
  readonly lowRank: Float32Array | null;
}

/** A separator for engines that work on arrays in JavaScript's memory and give float32. */
export function createPlainSeparator(plan: SeparatorPlan, apply: (request: ApplyRequest) => Promise<void>): Separator {
  const { pixels, slots, blockFrames } = plan;
  const frames = createSamples(plan.type, slots * pixels);
  const blocks = [new OutputBlock(plan, blockFrames * pixels), new OutputBlock(plan, blockFrames * pixels)] as const;
  return {
    frames,
    outputs: blocks,
    refresh: () => undefined,
    async separate(map, items, into) {
      const block = blocks[into];
      const length = items.length * pixels;
      await apply({
        map,
        windows: items.map((item) => item.slots.map((slot) => frames.subarray(slot * pixels, (slot + 1) * pixels))),
        channels: items.map((item) => item.channel),
        sparse: block.sparseValues?.subarray(0, length) ?? null,
        lowRank: block.lowRankValues?.subarray(0, length) ?? null,
      });
      return block.encode(length);
    },
    dispose: () => undefined,
  };
}
