import type { LocalizerInput } from "../../core/evaluation/method-score.js";
import { defaultMaskedWindowFrames } from "../../core/masked-mean.js";
import { defaultMinimumWindowFrames, type NoiseCameraRequest } from "../../core/minimum-background.js";
import type { ModelFile } from "../../core/model.js";
import { defaultBallRadius } from "../../core/rolling-ball.js";
import type { CleaningMethod } from "../../protocol/api.js";
import { blindWindows } from "./blind-cleaning.js";
import { rpcaFrames, rpcaIterations } from "../commands/clean-options.js";

/** A way from recorded frames to localizations. */
export interface EvaluatedMethod {
  /** In the report and on the command line. */
  readonly name: string;
  /** One sentence. */
  readonly title: string;
  /** Whether it is run where no methods are named. */
  readonly isDefault: boolean;
  readonly input: LocalizerInput;
  /**
   * How the worker cleans; `none`: it does not, `truth`: the background is known from the simulation, `blind`: by
   * {@link BlindCleaning} in this thread.
   */
  readonly cleaning: "none" | "truth" | "blind" | WorkerCleaning;
}

/** How the worker is asked to clean. */
export type WorkerCleaning =
  | { readonly needsModel: false; method(camera: NoiseCameraRequest): CleaningMethod }
  /** By a model that was trained on the recording. */
  | { readonly needsModel: true; method(model: ModelFile): CleaningMethod };

const medianOf = (windowFrames: number): EvaluatedMethod => ({
  name: `median-${windowFrames}`,
  title: `Temporal median of ${windowFrames} frames as the known background.`,
  isDefault: true,
  input: "frames",
  cleaning: { needsModel: false, method: () => ({ type: "median", windowFrames }) },
});

/** Every method that can be measured, in the order of the report. The first three are the baselines. */
export const evaluatedMethods: readonly EvaluatedMethod[] = [
  {
    name: "raw",
    title: "No background: a flat one is fitted under each spot.",
    isDefault: true,
    input: "frames",
    cleaning: "none",
  },
  medianOf(50),
  medianOf(100),
  {
    name: "slnet",
    title:
      "SLNet as published, trained on the recording with the default settings; its low-rank part as the known background.",
    isDefault: true,
    input: "frames",
    cleaning: { needsModel: true, method: (model) => ({ type: "slnet", model }) },
  },
  {
    name: "slnet-sparse",
    title:
      "The same SLNet; the localizer is given its sparse frames alone, as the published code hands them on, and fits a flat background.",
    isDefault: true,
    input: "sparse",
    cleaning: { needsModel: true, method: (model) => ({ type: "slnet", model }) },
  },
  {
    name: "masked-mean",
    title: `Mean of ${defaultMaskedWindowFrames} frames without the molecules that the same SLNet finds, as the known background.`,
    isDefault: true,
    input: "frames",
    cleaning: {
      needsModel: true,
      method: (model) => ({ type: "masked-mean", model, windowFrames: defaultMaskedWindowFrames }),
    },
  },
  {
    name: "blind-slnet",
    title: `A form of SLNet in which a frame has no part in its own background: ${blindWindows.frames} frames, each ${blindWindows.step} from the next, fitted to the median.`,
    isDefault: true,
    input: "frames",
    cleaning: "blind",
  },
  {
    name: "minimum",
    title: `Temporal minimum of ${defaultMinimumWindowFrames} frames, corrected for the noise of the camera, as the known background.`,
    isDefault: true,
    input: "frames",
    cleaning: {
      needsModel: false,
      method: (camera) => ({ type: "minimum", options: { windowFrames: defaultMinimumWindowFrames, camera } }),
    },
  },
  {
    name: "rolling-ball",
    title: `What a ball of ${defaultBallRadius} pixels reaches that rolls under each frame, as the known background.`,
    isDefault: true,
    input: "frames",
    cleaning: { needsModel: false, method: () => ({ type: "rolling-ball", radius: defaultBallRadius }) },
  },
  {
    name: "rpca",
    title: `Robust principal component analysis of groups of ${rpcaFrames} frames; its low-rank part as the known background.`,
    isDefault: false,
    input: "frames",
    cleaning: {
      needsModel: false,
      method: () => ({
        type: "rpca",
        options: { groupFrames: rpcaFrames, sparsityWeight: null, penalty: null, iterations: rpcaIterations },
      }),
    },
  },
  {
    name: "truth",
    title: "The true background, which no method can know: as good as this localizer gets.",
    isDefault: true,
    input: "frames",
    cleaning: "truth",
  },
];
