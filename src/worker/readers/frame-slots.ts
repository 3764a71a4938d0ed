import { sampleBytes, type SampleArray, type SampleType, type StackReader } from "../../core/frames.js";
import { FrameHalves } from "./frame-halves.js";
import { FrameRing } from "./frame-ring.js";

/** Beyond this, in bytes, frames are read again for each window instead of being held between blocks. */
const ringLimitBytes = 192e6;

/** Room for frames of a stack, such as a separator has. */
export interface FrameSlots {
  /** `[slots, height, width]` */
  readonly frames: SampleArray;
  /** Is told that slots [from, to) hold other frames than before. */
  refresh(from: number, to: number): void;
}

/** Where each frame of a load stands. */
export type SlotOf = (frame: number) => number;

/** Brings frames into slots. One call at a time. */
export interface FrameLoader {
  /**
   * Reads frames, given in ascending order, unless they are held. What a load for one block has brought stays while
   * the block behind it is loaded, so that it can be computed with.
   */
  load(frames: readonly number[], signal: AbortSignal): Promise<SlotOf>;
}

/** What decides how many slots are needed. */
export interface WindowReach {
  readonly type: SampleType;
  /** Of one frame. */
  readonly pixels: number;
  /** Of the stack. */
  readonly frameCount: number;
  readonly temporalShifts: readonly number[];
  /** Most frames cleaned in one call. */
  readonly blockFrames: number;
}

export interface SlotPlan {
  readonly slots: number;
  /** Each frame is read once while the stack is cleaned in order; otherwise once for each window that it is in. */
  readonly ring: boolean;
}

/** How many slots are needed. */
export function planSlots({ type, pixels, frameCount, temporalShifts, blockFrames }: WindowReach): SlotPlan {
  // A window reaches at most the longest shift back and forth from its frame, and two blocks are under way.
  const reach = 2 * (temporalShifts.at(-1) ?? 0) + 2 * blockFrames;
  const ringSlots = Math.min(frameCount, reach);
  if (ringSlots * pixels * sampleBytes(type) <= ringLimitBytes) return { slots: ringSlots, ring: true };
  return { slots: 2 * Math.min(frameCount, temporalShifts.length * blockFrames), ring: false };
}

/** A loader for slots as planned. */
export function createFrameLoader(reader: StackReader, into: FrameSlots, { slots, ring }: SlotPlan): FrameLoader {
  return ring ? new FrameRing(reader, into, slots) : new FrameHalves(reader, into, slots);
}
