import { SlnetError } from "../errors.js";
import { joined } from "../io/deflate.js";
import type { NumberArray } from "../io/npy-array.js";
import { storedBytes, storedValues, type StoredType } from "../io/stored-samples.js";
import { chainOf, mostNodes, networkOfLayers, noChain, type GraphNode, type Layer } from "../models/layer-chain.js";
import type { Network } from "../network.js";
import { bytesIn, numbersIn, parseMessage, textsIn, type Message } from "../io/protobuf.js";

/** Types of tensors (onnx.proto, `TensorProto.DataType`), and the fields of those that may have their values in a list. */
const tensorTypes: Readonly<Record<number, { readonly type: StoredType; readonly listField: number | null }>> = {
  1: { type: "float32", listField: 4 },
  10: { type: "float16", listField: null },
  11: { type: "float64", listField: 10 },
};

/** The oldest that packages of the BioImage Model Zoo may have (bioimageio.spec, `OnnxWeightsDescr.opset_version`). */
const oldestOpset = 7;

/** Parts of a graph or a model that an SLNet has not: sparse weights; training and functions. */
const foreignGraphParts = [15];
const foreignModelParts = [20, 25];

const fixedAttributes: Readonly<Record<string, readonly number[]>> = {
  dilations: [1, 1],
  kernel_shape: [1, 1],
  pads: [0, 0, 0, 0],
  strides: [1, 1],
  group: [1],
};

interface OnnxNode extends GraphNode {
  readonly operation: string;
  readonly attributes: ReadonlyMap<string, Message>;
}

/**
 * The network in an ONNX file: two 1×1 convolutions and a ReLU, with weights in the file. Nothing else is accepted.
 *
 * @param name - of the file, for messages
 * @throws {@link SlnetError} `bad-input` where it is broken; `unsupported` where it holds another graph
 */
export function readOnnx(name: string, bytes: Uint8Array): Promise<Network> {
  const model = parseMessage(bytes, name);
  const [graphBytes, ...more] = bytesIn(model, 7);
  if (!graphBytes || more.length > 0) throw new SlnetError("bad-input", `${name} is an ONNX file without one graph`);
  requireOperators(name, model);
  const graph = parseMessage(graphBytes, name);
  if (foreignModelParts.some((part) => model.has(part)) || foreignGraphParts.some((part) => graph.has(part))) {
    throw noChain(name, "functions, training or sparse weights");
  }
  const nodeMessages = bytesIn(graph, 1);
  const initializers = bytesIn(graph, 5);
  if (nodeMessages.length > mostNodes || initializers.length > mostNodes) {
    throw noChain(name, `a graph of ${nodeMessages.length} operations and ${initializers.length} arrays`);
  }
  const weights = new Map<string, NumberArray>();
  for (const initializer of initializers) {
    const tensor = parseMessage(initializer, name);
    weights.set(textsIn(tensor, 8)[0] ?? "", tensorOf(name, tensor));
  }
  const nodes = nodeMessages.map((node) => nodeOf(name, parseMessage(node, name)));
  // Older files list the weights among the inputs.
  const inputs = valueNames(name, graph, 11).filter((input) => !weights.has(input));
  const outputs = valueNames(name, graph, 12);
  if (inputs.length !== 1 || outputs.length !== 1) {
    throw noChain(name, `${inputs.length} inputs and ${outputs.length} outputs`);
  }
  const chain = chainOf(name, nodes, inputs[0], outputs[0], (input) => weights.has(input));
  return networkOfLayers(
    name,
    chain.map((node) => layerOf(name, node, weights)),
  );
}

/** Conv and Relu mean the same in all versions of the operators that packages may use. */
function requireOperators(name: string, model: Message): void {
  const sets = bytesIn(model, 8).map((bytes) => parseMessage(bytes, name));
  const own = sets.find((set) => ["", "ai.onnx", undefined].includes(textsIn(set, 1)[0]));
  const [version] = own ? numbersIn(own, 2, name) : [];
  if (version >= oldestOpset) return;
  throw new SlnetError(
    version === undefined ? "bad-input" : "unsupported",
    `${name} has version ${version ?? "(none)"} of the operators of ONNX, expected ${oldestOpset} or later`,
  );
}

function layerOf(name: string, node: OnnxNode, weights: ReadonlyMap<string, NumberArray>): Layer {
  const { operation, inputs, attributes } = node;
  if (operation === "Relu" && attributes.size === 0) return { type: "relu" };
  const weight = weights.get(inputs[1]);
  if (operation !== "Conv" || !weight || inputs.length > 3) throw noChain(name, `the operation ${operation}`);
  for (const [key, attribute] of attributes) {
    const found =
      key === "auto_pad" && ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"].includes(textsIn(attribute, 4)[0])
        ? null
        : [...numbersIn(attribute, 3, name), ...numbersIn(attribute, 8, name)].join();
    if (found !== null && (!Object.hasOwn(fixedAttributes, key) || fixedAttributes[key].join() !== found)) {
      throw noChain(name, `a convolution with ${key} ${found}`);
    }
  }
  return { type: "convolution", weight, bias: weights.get(inputs[2] ?? "") ?? null };
}

function nodeOf(name: string, node: Message): OnnxNode {
  const [operation = ""] = textsIn(node, 4);
  const [domain = ""] = textsIn(node, 7);
  const outputs = textsIn(node, 2);
  if (outputs.length !== 1 || (domain !== "" && domain !== "ai.onnx")) {
    throw noChain(name, `the operation ${`${domain} ${operation}`.trim().slice(0, 100)}`);
  }
  const attributes = bytesIn(node, 5).map((bytes) => {
    const attribute = parseMessage(bytes, name);
    return [textsIn(attribute, 1)[0] ?? "", attribute] as const;
  });
  // An input that is left out has no name.
  const inputs = textsIn(node, 1).filter((input) => input !== "");
  return { operation: operation.slice(0, 100), inputs, output: outputs[0], attributes: new Map(attributes) };
}

function valueNames(name: string, graph: Message, part: number): string[] {
  return bytesIn(graph, part).map((value) => textsIn(parseMessage(value, name), 1)[0] ?? "");
}

function tensorOf(name: string, tensor: Message): NumberArray {
  const shape = numbersIn(tensor, 1, name);
  const [type] = numbersIn(tensor, 2, name);
  const known = Object.hasOwn(tensorTypes, type) ? tensorTypes[type] : null;
  if (!known) throw noChain(name, `weights of the type ${type} of ONNX in place of floats`);
  if (tensor.has(13) || numbersIn(tensor, 14, name).some((location) => location !== 0)) {
    throw noChain(name, "weights in another file");
  }
  const listed = known.listField === null ? [] : bytesIn(tensor, known.listField);
  const bytes = bytesIn(tensor, 9)[0] ?? joined(listed);
  const elements = shape.reduce((product, size) => product * size, 1);
  if (shape.some((size) => size < 0) || bytes.length !== elements * storedBytes(known.type)) {
    throw new SlnetError(
      "bad-input",
      `${name} has an array of shape [${shape.slice(0, 8).join(", ")}] in ${bytes.length} bytes; it is broken`,
    );
  }
  return { shape, values: storedValues(bytes, known.type, true) };
}
