import type { ModelFile } from "../core/model.js";
import type { CleaningMethod } from "../protocol/api.js";

type MethodWithModel = Extract<CleaningMethod, { readonly model: ModelFile }>["type"];

/** Whether a method needs a trained model. */
export function usesModel(type: CleaningMethod["type"]): type is MethodWithModel {
  return type === "slnet" || type === "masked-mean";
}

/** The model that a method cleans with, `null` where it needs none. */
export function modelIn(method: CleaningMethod | undefined): ModelFile | null {
  return method && "model" in method ? method.model : null;
}
