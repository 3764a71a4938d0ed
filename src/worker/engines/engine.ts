import type { EngineName } from "../../core/configuration.js";
import type { SampleArray, StackShape } from "../../core/frames.js";
import type { Gradient, LossOptions, LossTerms } from "../../core/loss.js";
import type { Network } from "../../core/network.js";
import type { Normalisation } from "../../core/normalisation.js";
import type { SeparationMap } from "../../core/separation.js";

/** Frames to separate, each with its own window. */
export interface ApplyRequest {
  readonly map: SeparationMap;
  /** For each frame the n frames of its window, each `[height, width]`, in ADU. */
  readonly windows: readonly (readonly SampleArray[])[];
  /** For each frame the channel of its window that it is. */
  readonly channels: readonly number[];
  /** Written: `[frames, height, width]`, in ADU. */
  readonly sparse: Float32Array;
  /** Written where given: `[frames, height, width]`, in ADU. */
  readonly lowRank: Float32Array | null;
}

/** The frames that training draws from, in memory as they were stored. */
export interface TrainingFrames {
  /** `[frames, height, width]`, in ADU. */
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

/** What computes. Stateless between calls, so that a job can go on with another engine where one fails. */
export interface Engine {
  readonly name: EngineName;
  /** What it runs on, for people. */
  readonly adapter: string;
  apply(request: ApplyRequest): Promise<void>;
  /**
   * The loss of one batch, and its gradient where `gradient` is given.
   *
   * @param gradient - written, in the order of `networkParameters`
   */
  trainStep(
    network: Network,
    frames: TrainingFrames,
    batch: TrainingBatch,
    options: LossOptions,
    gradient: Gradient | null,
  ): Promise<LossTerms>;
  dispose(): void;
}
