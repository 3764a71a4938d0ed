import { SlnetError } from "../core/errors.js";
import type { StackMetadata } from "../core/frames.js";
import { defaultMaskedWindowFrames } from "../core/masked-mean.js";
import { cameraOfStack, defaultMinimumWindowFrames } from "../core/minimum-background.js";
import type { ModelFile } from "../core/model.js";
import { defaultBallRadius } from "../core/rolling-ball.js";
import { defaultMedianWindowFrames } from "../core/running-median.js";
import type {
  CleaningMethod,
  CleaningOptions,
  MinimumMethodOptions,
  RpcaMethodOptions,
  SavedPart,
} from "../protocol/api.js";
import type { RecordedMethod } from "../protocol/run-record.js";

/** How to train; the options are those of the session. */
export interface TrainRequest {
  /** Go on from the model at hand, with its Adam moments, instead of starting anew. */
  readonly goOn?: boolean;
}

/** How to clean, default: by SLNet, without the background. */
export interface CleanRequest {
  readonly method?: CleaningMethod["type"];
  /** Show the background as a layer of its own. */
  readonly lowRank?: boolean;
  readonly tail?: CleaningOptions["tail"];
  /** For the method `median`: frames around each frame, 3 to 2001, default 50; 0: the whole stack. */
  readonly medianWindowFrames?: number;
  /** For the method `masked-mean`: frames around each frame, 6 to 2001, default 100. */
  readonly maskWindowFrames?: number;
  readonly rpca?: Partial<RpcaMethodOptions>;
  /** For the method `minimum`; default: 100 frames around each frame, the camera that the stack or its corrections say. */
  readonly minimum?: Partial<MinimumMethodOptions>;
  /** For the method `rolling-ball`: in pixels, 1 to 500, default 50. */
  readonly ballRadius?: number;
}

/** What to save and how. */
export interface SaveRequest extends Partial<Pick<SavedPart, "part" | "type" | "format" | "compression">> {
  /** Added to every pixel, in ADU; default for the sparse part: as configured, or else the offset of the camera. */
  readonly offsetAdu?: number;
  /** A file that a person chose and that is written to; default: `deliver` gets the file. */
  readonly handle?: FileSystemFileHandle;
  /** How to clean every frame for the file; default: as the frames shown were cleaned, or else by the model at hand. */
  readonly cleaning?: Omit<CleanRequest, "lowRank">;
  /**
   * Go on in `handle`, behind the whole frames that an earlier saving with just these options left in it. A file of
   * anything else is refused and stays as it is. Not for OME-Zarr. Default false.
   */
  readonly resume?: boolean;
}

export const defaultRpca: RpcaMethodOptions = { groupFrames: 50, sparsityWeight: null, penalty: null, iterations: 50 };

/**
 * The method that a request asks for.
 *
 * @param model - the one at hand
 * @param metadata - what replaces that of the stack
 * @throws {@link SlnetError} `bad-input` where the method needs a model and there is none
 */
export function cleaningMethod(
  { method: type = "slnet", medianWindowFrames, maskWindowFrames, rpca, minimum, ballRadius }: CleanRequest,
  model: ModelFile | null,
  { cameraOffsetAdu = null, aduPerElectron = null }: Partial<StackMetadata>,
): CleaningMethod {
  switch (type) {
    case "slnet":
      return { type, model: needed(model) };
    case "masked-mean":
      return { type, model: needed(model), windowFrames: maskWindowFrames ?? defaultMaskedWindowFrames };
    case "median":
      return { type, windowFrames: medianWindowFrames ?? defaultMedianWindowFrames };
    case "rpca":
      return { type, options: { ...defaultRpca, ...rpca } };
    case "minimum": {
      const camera = { ...cameraOfStack, offsetAdu: cameraOffsetAdu, aduPerElectron };
      return { type, options: { windowFrames: defaultMinimumWindowFrames, camera, ...minimum } };
    }
    case "rolling-ball":
      return { type, radius: ballRadius ?? defaultBallRadius };
    default:
      return type satisfies never;
  }
}

/** The request by which {@link cleaningMethod} gives a method again, with the model at hand then. */
export function cleanRequest(method: RecordedMethod, tail: CleaningOptions["tail"]): Omit<CleanRequest, "lowRank"> {
  const { type } = method;
  switch (type) {
    case "slnet":
      return { method: type, tail };
    case "median":
      return { method: type, tail, medianWindowFrames: method.windowFrames };
    case "masked-mean":
      return { method: type, tail, maskWindowFrames: method.windowFrames };
    case "rpca":
      return { method: type, tail, rpca: method.options };
    case "minimum":
      return { method: type, tail, minimum: method.options };
    case "rolling-ball":
      return { method: type, tail, ballRadius: method.radius };
    default:
      return type satisfies never;
  }
}

function needed(model: ModelFile | null): ModelFile {
  if (model) return model;
  throw new SlnetError("bad-input", "there is no model yet, expected one: train, or load a model first");
}
