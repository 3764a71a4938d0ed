import { createBufferSource } from "../io/buffer-source.js";
import { readSafetensorsHeader, requireFilled, requirePlaced } from "../io/safetensors.js";
import { storedValues, type StoredType } from "../io/stored-samples.js";
import type { ForeignModel, ModelFacts } from "./foreign-model.js";
import { isParameterName, noNetwork, type NetworkTensor, type ParameterName } from "./network-tensors.js";
import { textOf } from "./record.js";
import { modelOfWeights, recordKey } from "./weights-model.js";

/** Types that weights have. */
const weightTypes: readonly (StoredType | null)[] = ["float16", "float32", "float64"];

/**
 * The model in a file of safetensors; in one of our own the record of it is in the metadata, as JSON.
 *
 * @throws {@link SlnetError} `bad-input` where the file is broken or facts are missing; `unsupported` where it holds another
 *   network
 */
export async function readSafetensors(name: string, bytes: Uint8Array, facts: ModelFacts): Promise<ForeignModel> {
  const source = createBufferSource(name, bytes);
  const header = await readSafetensorsHeader(source);
  const tensors = new Map<ParameterName, NetworkTensor>();
  for (const tensor of header.tensors) {
    const { name: key, dtype, type, shape, from, to } = tensor;
    const plain = key.replace(/^module\./, "");
    if (!isParameterName(plain) || tensors.has(plain)) throw noNetwork(name, `a part named "${key.slice(0, 100)}"`);
    if (!type || !weightTypes.includes(type)) {
      throw noNetwork(name, `tensors of type ${dtype.slice(0, 20)} in place of F16, F32, F64`);
    }
    requirePlaced(source, header, tensor, type);
    const values = storedValues(bytes.slice(header.start + from, header.start + to), type, true);
    tensors.set(plain, { shape, values: () => values });
  }
  requireFilled(source, header);
  return modelOfWeights(name, tensors, textOf(header.metadata, recordKey), "safetensors", facts);
}
