import { SlnetError } from "../errors.js";
import type { ByteSource } from "../frames.js";
import { joined } from "../io/deflate.js";
import type { NumberArray } from "../io/npy-array.js";
import { readExactly } from "../io/read-exactly.js";
import { storedBytes, storedValues } from "../io/stored-samples.js";
import { mostNodes, noChain, type Layer } from "../models/layer-chain.js";
import { isRecord, listOf, partOf, textOf } from "../models/record.js";

/** Opens a file of a model by the name that stands in it; `null` where there is none. */
export type OpenModelFile = (path: string) => Promise<ByteSource | null>;

/** Weights by their names. */
export type Weights = ReadonlyMap<string, NumberArray>;

/** Numbers that one array may have: an SLNet of 16 frames has 512 in a layer. */
const mostElements = 1_000_000;

/** Bytes of the files of one group. */
const largestGroup = 16 * 1024 * 1024;

const types = { float32: "float32", int32: "int32", float16: "float16" } as const;

/**
 * The arrays that `weightsManifest` of a model.json lists, by their names. Those of a group lie one behind the other in its
 * files.
 *
 * @param name - of the model, for messages
 * @throws {@link SlnetError} `bad-input` where files are missing or too short; `unsupported` where the arrays are quantised
 *   or many
 */
export async function readTfjsWeights(name: string, model: unknown, open: OpenModelFile): Promise<Weights> {
  const weights = new Map<string, NumberArray>();
  for (const group of listOf(model, "weightsManifest")) {
    const bytes = await groupBytes(name, listOf(group, "paths"), open);
    let at = 0;
    for (const entry of listOf(group, "weights")) {
      const dtype = textOf(entry, "dtype");
      const type = Object.hasOwn(types, dtype) ? types[dtype as keyof typeof types] : null;
      if (!type || isRecord(partOf(entry, "quantization")) || weights.size === mostNodes) {
        throw noChain(name, `weights that are ${type ? "quantised or many" : `of type ${dtype.slice(0, 20)}`}`);
      }
      const shape = listOf(entry, "shape").map((size) =>
        Number.isSafeInteger(size) ? Math.max(0, Number(size)) : NaN,
      );
      const elements = shape.reduce((product, size) => product * size, 1);
      const end = at + elements * storedBytes(type);
      if (!(elements <= mostElements && end <= bytes.length)) {
        throw new SlnetError(
          "bad-input",
          `${name} has an array of shape [${shape.slice(0, 8).join(", ")}] that is not in the ${bytes.length} bytes of its weights`,
        );
      }
      weights.set(textOf(entry, "name"), { shape, values: storedValues(bytes.slice(at, end), type, true) });
      at = end;
    }
  }
  return weights;
}

async function groupBytes(name: string, paths: readonly unknown[], open: OpenModelFile): Promise<Uint8Array> {
  if (paths.length > mostNodes) throw noChain(name, `weights in ${paths.length} files`);
  const parts: Uint8Array[] = [];
  for (const path of paths) {
    const file = typeof path === "string" ? await open(path) : null;
    if (!file)
      throw new SlnetError("bad-input", `${name} needs the file ${String(path).slice(0, 100)}, which is not there`);
    const total = parts.reduce((sum, part) => sum + part.length, file.size);
    if (total > largestGroup) throw noChain(name, `weights of ${total} bytes`);
    parts.push(await readExactly(file, 0, file.size));
  }
  return joined(parts);
}

/**
 * A layer of a convolution whose weights stand as TensorFlow has them.
 *
 * @param kernel - `[1, 1, inputs, outputs]`
 */
export function convolutionOf(name: string, kernel: NumberArray | undefined, bias: NumberArray | null): Layer {
  const [height, width, inputs, outputs] = kernel?.shape ?? [];
  if (!kernel || kernel.shape.length !== 4 || height !== 1 || width !== 1) {
    throw noChain(name, `a convolution with weights of shape [${(kernel?.shape ?? []).slice(0, 8).join(", ")}]`);
  }
  const values = new Float64Array(kernel.values.length);
  for (let i = 0; i < values.length; i++) values[i] = kernel.values[(i % inputs) * outputs + Math.floor(i / inputs)];
  return { type: "convolution", weight: { shape: [outputs, inputs, 1, 1], values }, bias };
}
