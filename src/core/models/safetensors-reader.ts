import { SlnetError } from "../errors.js";
import { storedBytes, storedValues, type StoredType } from "../io/stored-samples.js";
import type { ForeignModel, ModelFacts } from "./foreign-model.js";
import { isParameterName, noNetwork, type NetworkTensor, type ParameterName } from "./network-tensors.js";
import { listOf, textOf } from "./record.js";
import { modelOfWeights, parsedRecord, recordKey } from "./weights-model.js";

/** Bytes of the header that is read: ours with the record of a model has up to 100,000. */
const largestHeader = 1024 * 1024;

/** Types of tensors that are read, by the names that safetensors has for them. */
const types: Readonly<Record<string, StoredType>> = { F16: "float16", F32: "float32", F64: "float64" };

/**
 * The model in a file of safetensors (github.com/huggingface/safetensors, "Format"): eight bytes of length, a header in JSON,
 * and the tensors one behind the other without gaps.
 *
 * @throws {@link SlnetError} `bad-input` where the file is broken or facts are missing; `unsupported` where it holds another
 *   network
 */
export async function readSafetensors(name: string, bytes: Uint8Array, facts: ModelFacts): Promise<ForeignModel> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = Number(view.getBigUint64(0, true));
  const start = 8 + length;
  if (length > largestHeader || start > bytes.length) {
    throw new SlnetError(
      "bad-input",
      `${name} has a header of ${length} bytes, expected at most ${largestHeader} and no more than there are`,
    );
  }
  const header = parsedRecord(name, "its header", new TextDecoder().decode(bytes.subarray(8, start)));
  const tensors = new Map<ParameterName, NetworkTensor>();
  const spans: { readonly from: number; readonly to: number }[] = [];
  for (const [key, described] of Object.entries(header)) {
    if (key === "__metadata__") continue;
    const plain = key.replace(/^module\./, "");
    if (!isParameterName(plain) || tensors.has(plain)) throw noNetwork(name, `a part named "${key.slice(0, 100)}"`);
    const dtype = textOf(described, "dtype");
    const type = Object.hasOwn(types, dtype) ? types[dtype] : null;
    if (!type)
      throw noNetwork(name, `tensors of type ${dtype.slice(0, 20)} in place of ${Object.keys(types).join(", ")}`);
    const shape = listOf(described, "shape").map((size) => (Number.isSafeInteger(size) ? Number(size) : NaN));
    const [from, to] = listOf(described, "data_offsets").map(Number);
    const elements = shape.reduce((product, size) => product * size, 1);
    const isPlaced = from >= 0 && start + to <= bytes.length && to - from === elements * storedBytes(type);
    if (!isPlaced) throw broken(name, `${plain} is not where its header says`);
    spans.push({ from, to });
    const values = storedValues(bytes.slice(start + from, start + to), type, true);
    tensors.set(plain, { shape, values: () => values });
  }
  // Gaps or overlaps would be a place for something else (safetensors, "Benefits": no polyglot files).
  spans.sort((a, b) => a.from - b.from);
  const end = spans.reduce((at, { from, to }) => (at === from ? to : NaN), 0);
  if (start + end !== bytes.length) throw broken(name, "its tensors do not fill it");
  return modelOfWeights(name, tensors, textOf(header, "__metadata__", recordKey), "safetensors", facts);
}

function broken(name: string, what: string): SlnetError {
  return new SlnetError("bad-input", `${name} is a broken file of safetensors: ${what}`);
}
