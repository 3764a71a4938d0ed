import { SlnetError } from "../core/errors.js";
import { defaultMaskedWindowFrames } from "../core/masked-mean.js";
import type { ModelFile } from "../core/model.js";
import { defaultMedianWindowFrames } from "../core/running-median.js";
import type { CleaningMethod, CleaningOptions, RpcaMethodOptions, SavedPart } from "../protocol/api.js";

export interface TrainRequest {
  /** Go on from the model at hand, with its Adam moments, instead of starting anew. */
  readonly goOn?: boolean;
}

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
}

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
 * @throws {@link SlnetError} `bad-input` where the method needs a model and there is none
 */
export function cleaningMethod(
  { method: type = "slnet", medianWindowFrames, maskWindowFrames, rpca }: CleanRequest,
  model: ModelFile | null,
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
    default:
      return type satisfies never;
  }
}

function needed(model: ModelFile | null): ModelFile {
  if (model) return model;
  throw new SlnetError("bad-input", "there is no model yet, expected one: train, or load a model first");
}
