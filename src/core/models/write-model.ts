import type { ModelFile } from "../model.js";
import { writeTorchCheckpoint } from "../torch/torch-writer.js";

/** A model as the bytes of a file, and what its reader should know: whole sentences. */
export interface WrittenModel {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly notices: readonly string[];
}

/** Names of files for PyTorch. */
const torchEnding = /\.(pt|pth|ckpt)$/i;

/** Writes a model as a file of the kind that its name asks for: a checkpoint for PyTorch, else JSON of our own. */
export async function writeModel(name: string, model: ModelFile): Promise<WrittenModel> {
  if (!torchEnding.test(name)) {
    return { bytes: new TextEncoder().encode(`${JSON.stringify(model, null, 2)}\n`), notices: [] };
  }
  const { offsetAdu } = model.normalisation;
  const subtracted = `The model works on counts less the camera offset of ${offsetAdu} ADU, which the published Python code does not subtract: do so before frames are given to it there.`;
  return { bytes: await writeTorchCheckpoint(model), notices: offsetAdu === 0 ? [] : [subtracted] };
}
