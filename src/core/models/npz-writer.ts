import { encodeNpy, encodeNpyText } from "../io/npy-writer.js";
import { zipped } from "../io/zip-tree.js";
import { networkOf, type ModelFile } from "../model.js";
import { networkTensors } from "./network-tensors.js";
import { recordKey } from "./weights-model.js";

/**
 * A model as an archive for `numpy.load`: its weights as 32-bit floats, and the whole record of it as a text. The same model
 * gives the same bytes.
 */
export function writeNpzModel(model: ModelFile): Promise<Uint8Array<ArrayBuffer>> {
  const files = new Map<string, Uint8Array>();
  for (const { name, shape, values } of networkTensors(networkOf(model))) {
    files.set(`${name}.npy`, encodeNpy(shape, values));
  }
  files.set(`${recordKey}.npy`, encodeNpyText(JSON.stringify(model)));
  return zipped(files);
}
