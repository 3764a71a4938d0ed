import { noChain, type Layer } from "../models/layer-chain.js";
import { listOf, partOf, textOf } from "../models/record.js";
import { convolutionOf, type Weights } from "./tfjs-weights.js";

/**
 * The layers of a layers model of Keras, sequential or functional, if it is one chain: 1×1 convolutions, a ReLU and
 * permutations of the axes.
 *
 * @param name - of the file, for messages
 */
export function kerasLayers(name: string, topology: unknown, weights: Weights): Layer[] {
  const described = partOf(topology, "model_config") ?? topology;
  const kind = textOf(described, "class_name");
  if (!["Sequential", "Model", "Functional"].includes(kind)) {
    throw noChain(name, kind === "" ? "no layers" : `layers of the kind ${kind.slice(0, 40)}`);
  }
  const config = partOf(described, "config");
  const listed = Array.isArray(config) ? (config as readonly unknown[]) : listOf(config, "layers");
  let before: string | null = null;
  const layers: Layer[] = [];
  let turned = 0;
  for (const layer of listed) {
    const own = partOf(layer, "config");
    if (kind !== "Sequential") requireNext(name, layer, before);
    before = textOf(own, "name") || textOf(layer, "name");
    switch (textOf(layer, "class_name")) {
      case "InputLayer":
      case "Dropout":
        break;
      case "Permute": {
        const order = listOf(own, "dims").join();
        turned += order === "2,3,1" ? 1 : order === "3,1,2" ? -1 : NaN;
        if (turned !== 0 && turned !== 1) throw noChain(name, `axes in the order ${order.slice(0, 40)}`);
        break;
      }
      case "Conv2D": {
        requirePlain(name, own);
        const bias = weights.get(`${before}/bias`) ?? null;
        layers.push(convolutionOf(name, weights.get(`${before}/kernel`), bias));
        pushActivation(textOf(own, "activation"));
        break;
      }
      case "Activation":
        pushActivation(textOf(own, "activation"));
        break;
      case "ReLU": {
        const isPlain = ["max_value", "negative_slope", "threshold"].every((key) => !partOf(own, key));
        pushActivation(isPlain ? "relu" : "a ReLU with a slope or limits");
        break;
      }
      default:
        throw noChain(name, `a layer of the kind ${textOf(layer, "class_name").slice(0, 40)}`);
    }
  }
  if (turned !== 0) throw noChain(name, "axes that are turned round and not back");
  return layers;

  function pushActivation(activation: string): void {
    if (activation === "relu") layers.push({ type: "relu" });
    else if (activation !== "linear" && activation !== "") {
      throw noChain(name, `the activation ${activation.slice(0, 40)}`);
    }
  }
}

/** A layer of a functional model must follow the one before it in the list, and no other. */
function requireNext(name: string, layer: unknown, before: string | null): void {
  const calls = listOf(layer, "inbound_nodes");
  const sources = calls.flatMap((call) => (Array.isArray(call) ? (call as readonly unknown[]) : []));
  const found = sources.map((source) => (Array.isArray(source) ? String(source[0]) : ""));
  if (before === null ? found.length > 0 : found.length !== 1 || found[0] !== before) {
    throw noChain(name, "layers that are not one chain");
  }
}

function requirePlain(name: string, config: unknown): void {
  for (const key of ["strides", "dilation_rate"]) {
    const steps = listOf(config, key);
    if (steps.some((step) => step !== 1))
      throw noChain(name, `a convolution with ${key} ${steps.slice(0, 4).join(", ")}`);
  }
  const format = textOf(config, "data_format");
  if (format !== "" && format !== "channels_last") throw noChain(name, `a convolution with ${format.slice(0, 40)}`);
}
