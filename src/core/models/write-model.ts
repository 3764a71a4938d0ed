import type { ModelFile } from "../model.js";
import { writeTorchCheckpoint } from "../torch/torch-writer.js";

/** A model as the bytes of a file, and what its reader should know: whole sentences. */
export interface WrittenModel {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly notices: readonly string[];
}

/** Names of files for PyTorch. */
const torchEnding = /\.(pt|pth|ckpt)$/i;

/** Names of packages of the BioImage Model Zoo. */
const packageEnding = /\.bioimage\.zip$/i;

/**
 * Writes a model as a file of the kind that its name asks for: a package of the BioImage Model Zoo, a checkpoint for PyTorch,
 * an archive for NumPy, safetensors, else JSON of our own.
 */
export async function writeModel(name: string, model: ModelFile): Promise<WrittenModel> {
  if (packageEnding.test(name)) {
    const { writePackage } = await import("../zoo/package-writer.js");
    const title = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1).replace(packageEnding, "");
    return { bytes: await writePackage(title, model), notices: [beforeUpload] };
  }
  if (/\.npz$/i.test(name)) {
    const { writeNpzModel } = await import("./npz-writer.js");
    return { bytes: await writeNpzModel(model), notices: [] };
  }
  if (/\.safetensors$/i.test(name)) {
    const { writeSafetensors } = await import("./safetensors-writer.js");
    return { bytes: writeSafetensors(model), notices: [] };
  }
  if (!torchEnding.test(name)) {
    return { bytes: new TextEncoder().encode(`${JSON.stringify(model, null, 2)}\n`), notices: [] };
  }
  const { offsetAdu } = model.normalisation;
  const subtracted = `The model works on counts less the camera offset of ${offsetAdu} ADU, which the published Python code does not subtract: do so before frames are given to it there.`;
  return { bytes: await writeTorchCheckpoint(model), notices: offsetAdu === 0 ? [] : [subtracted] };
}

const beforeUpload =
  "Before the package is uploaded to the BioImage Model Zoo, its rdf.yaml needs authors, a licence and the data it was trained on, which nobody but you can state; its record of the model has the options of the training in it, with the names of files.";
