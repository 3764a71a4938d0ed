import type { EngineName } from "../../core/configuration.js";
import type { SampleArray, SampleType, StackShape } from "../../core/frames.js";
import type { Gradient, LossOptions, LossTerms } from "../../core/loss.js";
import type { Network } from "../../core/network.js";
import type { Normalisation } from "../../core/normalisation.js";
import type { SeparationMap } from "../../core/separation.js";

/** How a separated part is written. */
export interface OutputPlan {
  /** `uint16` is rounded to the nearest count, ties to the even one, and limited to 0…65535. */
  readonly type: Extract<SampleType, "uint16" | "float32">;
  /** Added to every value, in ADU. */
  readonly offsetAdu: number;
}

/** Which parts of frames are wanted, and how they are written. */
export interface OutputPlans {
  /** What is left of a frame, S; `null` if it is not wanted. */
  readonly sparse: OutputPlan | null;
  /** The background, L. */
  readonly lowRank: OutputPlan | null;
}

/** What a separator is asked to do. */
export interface SeparatorPlan extends OutputPlans {
  /** Of one frame. */
  readonly pixels: number;
  readonly type: SampleType;
  /** Frames held at the same time. */
  readonly slots: number;
  /** Most frames separated in one call. */
  readonly blockFrames: number;
}

export type OutputArray = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

/** Room for the frames that one call separates. */
export interface SeparatedBlock {
  /** `[blockFrames, pixels]`; `null` where the plan does not want it. */
  readonly sparse: OutputArray | null;
  readonly lowRank: OutputArray | null;
}

/** One frame to separate. */
export interface SeparationItem {
  /** Slots of the n frames of its window. */
  readonly slots: readonly number[];
  /** Which of them it is, and so the output channel that is computed. */
  readonly channel: number;
}

/** Separates frames of one size. It holds them in memory from which the engine reads without another copy. */
export interface Separator {
  /** `[slots, pixels]`, in ADU, filled by the caller. Not while a call that reads those slots is under way. */
  readonly frames: SampleArray;
  /** One block can be written to a file while the other is computed. */
  readonly outputs: readonly [SeparatedBlock, SeparatedBlock];
  /** Says that slots [from, to) hold other frames than at the last call. */
  refresh(from: number, to: number): void;
  /**
   * Separates frames into the first places of `outputs[into]`. One call may be made before another has settled; they
   * settle in order.
   *
   * @returns how many values did not fit 16 bits and were set to the nearest limit; 0 for float32
   */
  separate(map: SeparationMap, items: readonly SeparationItem[], into: 0 | 1): Promise<number>;
  /** Frees its memory. The arrays must no longer be used. */
  dispose(): void;
}

/** The frames that training draws from, in memory as they were stored. */
export interface TrainingFrames {
  /** `[frames, height, width]`, in ADU. Not changed while the object is in use: engines keep copies of their own. */
  readonly samples: SampleArray;
  readonly shape: StackShape;
  readonly normalisation: Normalisation;
}

/** One square crop through some windows. */
export interface TrainingBatch {
  /** For each item the n positions in {@link TrainingFrames} of its window. */
  readonly windows: readonly (readonly number[])[];
  readonly top: number;
  readonly left: number;
  /** Side of the crop in pixels. */
  readonly side: number;
}

/** What computes. Its training has no state between calls, so that a job can go on with another engine where one fails. */
export interface Engine {
  readonly name: EngineName;
  /** What it runs on, for people. */
  readonly adapter: string;
  /** @throws where there is not memory enough for the plan */
  createSeparator(plan: SeparatorPlan): Promise<Separator>;
  /**
   * The loss of one batch, and its gradient where `gradient` is given.
   *
   * @param frames - the same object from step to step, unless the frames themselves change: an engine may keep a copy of
   *   those it saw last in memory of its own
   * @param gradient - written, in the order of `networkParameters`
   */
  trainStep(
    network: Network,
    frames: TrainingFrames,
    batch: TrainingBatch,
    options: LossOptions,
    gradient: Gradient | null,
  ): Promise<LossTerms>;
  /** Frees what it has kept from training. It can be used again. */
  release(): void;
  dispose(): void;
}
