import { sampleBytes } from "../../core/frames.js";
import type { OutputArray, OutputPlan, OutputPlans, SeparatedBlock } from "./engine.js";
import { arrayAt, type KernelInstance } from "./kernels.js";

/** Bytes of the two blocks that {@link reserveOutputs} makes. */
export function outputBytes({ sparse, lowRank }: OutputPlans, values: number): number {
  return 2 * (partBytes(sparse, values) + partBytes(lowRank, values));
}

/**
 * Two blocks of outputs in the memory of kernels, to be written in turn.
 *
 * @param values - of a part of a block: pixels times frames
 */
export function reserveOutputs(
  instance: KernelInstance,
  plans: OutputPlans,
  values: number,
): readonly [SeparatedBlock, SeparatedBlock] {
  const partOf = (plan: OutputPlan | null): OutputArray | null =>
    plan && arrayAt(plan.type, instance.buffer, instance.reserve(partBytes(plan, values)), values);
  const blockOf = (): SeparatedBlock => ({ sparse: partOf(plans.sparse), lowRank: partOf(plans.lowRank) });
  return [blockOf(), blockOf()];
}

/**
 * Has a kernel write a frame of a part, where it is wanted.
 *
 * @param place - of the frame in the block
 * @param write - gets the address, whether values are rounded to 16 bits, and what is added to them
 * @returns what `write` does: how many values did not fit 16 bits
 */
export function writeFrame(
  part: OutputArray | null,
  plan: OutputPlan | null,
  place: number,
  pixels: number,
  write: (address: number, integers: boolean, added: number) => number,
): number {
  if (!part || !plan) return 0;
  return write(frameAddress(part, place, pixels), plan.type === "uint16", plan.offsetAdu);
}

/** Where a frame of a part begins, 0 for a part that is not wanted. */
export function frameAddress(part: OutputArray | null, place: number, pixels: number): number {
  return part ? part.byteOffset + place * pixels * part.BYTES_PER_ELEMENT : 0;
}

function partBytes(plan: OutputPlan | null, values: number): number {
  return plan ? values * sampleBytes(plan.type) : 0;
}
