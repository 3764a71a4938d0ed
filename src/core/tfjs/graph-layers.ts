import { chainOf, noChain, type GraphNode, type Layer } from "../models/layer-chain.js";
import { listOf, partOf, textOf } from "../models/record.js";
import { convolutionOf, type Weights } from "./tfjs-weights.js";

interface TensorflowNode extends GraphNode {
  readonly operation: string;
  readonly attributes: unknown;
}

/** Orders of axes: from channels first to channels last, and back. */
const toLast = "0,2,3,1";
const toFirst = "0,3,1,2";

/**
 * The layers of a graph model: what TensorFlow writes for two 1×1 convolutions and a ReLU, before and after its optimizer
 * has joined them, with the axes turned or not.
 *
 * @param name - of the file, for messages
 */
export function graphLayers(name: string, topology: unknown, weights: Weights): Layer[] {
  const nodes = listOf(topology, "node").map(nodeOf);
  const inputs = nodes.filter(({ operation }) => operation === "Placeholder");
  const working = nodes.filter(({ operation }) => !["Placeholder", "Const", "NoOp"].includes(operation));
  const used = new Set(working.flatMap((node) => node.inputs));
  const outputs = working.filter(({ output }) => !used.has(output));
  if (inputs.length !== 1 || outputs.length !== 1) {
    throw noChain(name, `${inputs.length} inputs and ${outputs.length} outputs`);
  }
  const chain = chainOf(name, working, inputs[0].output, outputs[0].output, (input) => weights.has(input));
  let turned = 0;
  const layers = chain.flatMap((node): Layer[] => {
    const { operation, attributes } = node;
    const second = weights.get(node.inputs[1] ?? "");
    switch (operation) {
      case "Identity":
        return [];
      case "Transpose": {
        const order = second ? [...second.values].join() : "";
        turned += order === toLast ? 1 : order === toFirst ? -1 : NaN;
        // There first, and back once; an image with its channels at the end needs neither.
        if (turned !== 0 && turned !== 1) throw noChain(name, `axes in the order ${order.slice(0, 40)}`);
        return [];
      }
      case "Conv2D":
        requirePlain(name, attributes);
        return [convolutionOf(name, second, null)];
      case "BiasAdd":
      case "Add":
      case "AddV2":
        return second?.shape.length === 1 ? [{ type: "bias", bias: second }] : refuse(operation);
      case "_FusedConv2D": {
        requirePlain(name, attributes);
        const joined = listOf(attributes, "fused_ops", "list", "s").map(decoded).join();
        const bias = weights.get(node.inputs[2] ?? "");
        if (!["BiasAdd", "BiasAdd,Relu"].includes(joined) || !bias) return refuse(`${operation} with ${joined}`);
        const convolved = convolutionOf(name, second, bias);
        return joined === "BiasAdd" ? [convolved] : [convolved, { type: "relu" }];
      }
      case "Relu":
        return [{ type: "relu" }];
      default:
        return refuse(operation);
    }
  });
  if (turned !== 0) throw noChain(name, "axes that are turned round and not back");
  return layers;

  function refuse(operation: string): never {
    throw noChain(name, `the operation ${operation.slice(0, 100)}`);
  }
}

function nodeOf(node: unknown): TensorflowNode {
  return {
    operation: textOf(node, "op"),
    output: textOf(node, "name"),
    // "name:0" is the first output of a node, "^name" only an order.
    inputs: listOf(node, "input").map((input) => String(input).replace(/:0$/, "")),
    attributes: partOf(node, "attr"),
  };
}

/** A convolution must move by one pixel at a time, with its channels at the end. */
function requirePlain(name: string, attributes: unknown): void {
  for (const key of ["strides", "dilations"]) {
    const steps = listOf(attributes, key, "list", "i").map(Number);
    if (steps.some((step) => step !== 1))
      throw noChain(name, `a convolution with ${key} ${steps.slice(0, 8).join(", ")}`);
  }
  const format = decoded(partOf(attributes, "data_format", "s") ?? "NHWC");
  if (format !== "NHWC") throw noChain(name, `a convolution with axes ${format.slice(0, 20)}`);
}

/** A text of TensorFlow, which its converter writes in base64. */
function decoded(text: unknown): string {
  const found = typeof text === "string" ? text : "";
  if (found === "NHWC" || found === "NCHW") return found;
  try {
    return atob(found);
  } catch {
    return found;
  }
}
