import { readNpyArray } from "../io/npy-array.js";
import { readNpyText } from "../io/npy-text.js";
import type { ZipFolder } from "../io/zip-folder.js";
import { maximumWindowFrames } from "../configuration.js";
import { SlnetError } from "../errors.js";
import type { ForeignModel, ModelFacts } from "./foreign-model.js";
import {
  isParameterName,
  noNetwork,
  tensorOfArray,
  type NetworkTensor,
  type ParameterName,
} from "./network-tensors.js";
import { modelOfWeights, recordKey } from "./weights-model.js";

/** Bytes of an array, unpacked: the record of the largest model has under a megabyte in the four bytes of a letter. */
const largestArray = 4 * 1024 * 1024;

/** Numbers of the largest tensor. */
const mostElements = 2 * maximumWindowFrames ** 2;

/**
 * The model in an archive that `numpy.savez` or `numpy.savez_compressed` wrote: its tensors by their names in a state
 * dictionary, and in one of our own the record of the model as a text.
 *
 * @param zip - its source is open as long as this runs
 * @throws {@link SlnetError} `bad-input` where it is broken or facts are missing; `unsupported` where it holds another network
 */
export async function readNpzModel(zip: ZipFolder, facts: ModelFacts): Promise<ForeignModel> {
  const { name } = zip;
  const tensors = new Map<ParameterName, NetworkTensor>();
  let record = "";
  for (const path of zip.paths) {
    const key = path.replace(/\.npy$/, "");
    const plain = key.replace(/^module\./, "");
    if (key !== recordKey && (!isParameterName(plain) || tensors.has(plain))) {
      throw noNetwork(name, `an array named "${key.slice(0, 100)}"`);
    }
    const file = await zip.open(path, largestArray);
    if (!file) throw new SlnetError("internal", `${name} has lost ${path}`);
    if (key === recordKey) record = await readNpyText(file, largestArray);
    else if (isParameterName(plain)) tensors.set(plain, tensorOfArray(await readNpyArray(file, mostElements)));
  }
  return modelOfWeights(name, tensors, record, "NumPy", facts);
}
