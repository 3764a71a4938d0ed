import type { ModelFile } from "../core/model.js";
import type { CleaningMethod } from "./api.js";

type MethodWithModel = Extract<CleaningMethod, { readonly model: ModelFile }>["type"];

/** Whether a method needs a trained model. */
export function usesModel(type: CleaningMethod["type"]): type is MethodWithModel {
  return type === "slnet" || type === "masked-mean";
}

/** The model that a method cleans with, `null` where it needs none. */
export function modelIn(method: CleaningMethod | undefined): ModelFile | null {
  return method && "model" in method ? method.model : null;
}

type WholeFrameMethod = Extract<CleaningMethod["type"], "rpca" | "masked-mean" | "rolling-ball">;

/** Whether a method looks at whole frames, so that it cannot clean single pixels. */
export function needsWholeFrames(type: CleaningMethod["type"]): type is WholeFrameMethod {
  return type === "rpca" || type === "masked-mean" || type === "rolling-ball";
}
