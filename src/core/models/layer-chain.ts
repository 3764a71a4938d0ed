import { SlnetError } from "../errors.js";
import type { NumberArray } from "../io/npy-array.js";
import type { Network } from "../network.js";
import { networkOfTensors, tensorOfArray, type NetworkTensor, type ParameterName } from "./network-tensors.js";

/** A layer of a graph, with what it needs and nothing of the format that it was written in. */
export type Layer =
  | {
      readonly type: "convolution";
      /** `[outputs, inputs, 1, 1]` */
      readonly weight: NumberArray;
      /** `[outputs]` */
      readonly bias: NumberArray | null;
    }
  | { readonly type: "bias"; readonly bias: NumberArray }
  | { readonly type: "relu" };

/** A node of a graph by the names of what goes in and what comes out. */
export interface GraphNode {
  readonly inputs: readonly string[];
  readonly output: string;
}

/** Nodes that a graph may have: an SLNet has ten with all that TensorFlow puts around it. */
export const mostNodes = 64;

/**
 * The nodes of a graph in the order in which they work, where it is one chain.
 *
 * @param name - of the file, for messages
 * @param nodes - those that compute; not more than {@link mostNodes}
 * @param isGiven - of the name of an input: whether it is a constant
 * @throws {@link SlnetError} `unsupported` where it has branches, circles or loose ends
 */
export function chainOf<Node extends GraphNode>(
  name: string,
  nodes: readonly Node[],
  input: string,
  output: string,
  isGiven: (name: string) => boolean,
): Node[] {
  if (nodes.length > mostNodes) throw noChain(name, `a graph of ${nodes.length} operations`);
  const chain: Node[] = [];
  for (let at = input; at !== output;) {
    const users = nodes.filter((node) => node.inputs.includes(at));
    const [user] = users;
    const isNext = users.length === 1 && user.inputs[0] === at && user.inputs.slice(1).every(isGiven);
    if (!isNext || chain.includes(user)) throw noChain(name, "a graph that is not one chain of layers");
    chain.push(user);
    at = user.output;
  }
  if (chain.length !== nodes.length) throw noChain(name, "operations beside its chain of layers");
  return chain;
}

/**
 * The network of a chain of layers: two 1×1 convolutions and a ReLU behind both.
 *
 * @param name - of the file, for messages
 * @throws {@link SlnetError} `unsupported` where it is another chain
 */
export async function networkOfLayers(name: string, layers: readonly Layer[]): Promise<Network> {
  const tensors = new Map<ParameterName, NetworkTensor>();
  let convolutions = 0;
  layers.forEach((layer, i) => {
    switch (layer.type) {
      case "convolution":
        convolutions += 1;
        if (convolutions > 2) throw noChain(name, "more than two convolutions");
        tensors.set(convolutions === 1 ? "conv1.weight" : "conv2.weight", tensorOfArray(layer.weight));
        if (layer.bias) setBias(layer.bias);
        return;
      case "bias":
        setBias(layer.bias);
        return;
      case "relu":
        if (i !== layers.length - 1) throw noChain(name, "a ReLU before its last layer");
        return;
      default:
        return layer satisfies never;
    }
  });
  if (convolutions !== 2 || layers.at(-1)?.type !== "relu") {
    throw noChain(
      name,
      `${convolutions} convolutions${layers.at(-1)?.type === "relu" ? "" : " and no ReLU at its end"}`,
    );
  }
  return networkOfTensors(name, tensors);

  function setBias(bias: NumberArray): void {
    const parameter = convolutions === 1 ? "conv1.bias" : "conv2.bias";
    if (convolutions === 0 || tensors.has(parameter)) throw noChain(name, "a bias that belongs to no convolution");
    tensors.set(parameter, tensorOfArray(bias));
  }
}

export function noChain(name: string, found: string): SlnetError {
  return new SlnetError(
    "unsupported",
    `${name} has ${found}, expected two 1×1 convolutions and a ReLU behind them, as an SLNet is`,
  );
}
