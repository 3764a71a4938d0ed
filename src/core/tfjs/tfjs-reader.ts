import { errorMessage, SlnetError } from "../errors.js";
import { readExactly } from "../io/read-exactly.js";
import { networkOfLayers, noChain, type Layer } from "../models/layer-chain.js";
import { partOf, textOf } from "../models/record.js";
import type { Network } from "../network.js";
import { graphLayers } from "./graph-layers.js";
import { kerasLayers } from "./keras-layers.js";
import { readTfjsWeights, type OpenModelFile } from "./tfjs-weights.js";

/** Bytes that a model.json may have: ours has four thousand, one of Keras some hundred thousand at most. */
const largestJson = 1024 * 1024;

/**
 * The network in a model for TensorFlow.js, a graph model or a layers model: two 1×1 convolutions and a ReLU. Nothing else
 * is accepted.
 *
 * @param path - of its model.json
 * @param open - for the files of the model, by names from where model.json is
 * @throws {@link SlnetError} `bad-input` where it is broken; `unsupported` where it holds another graph
 */
export async function readTfjs(path: string, open: OpenModelFile): Promise<Network> {
  const file = await open(path);
  if (!file) throw new SlnetError("bad-input", `${path} is not there, expected the model.json of TensorFlow.js`);
  const { name } = file;
  if (file.size > largestJson) throw noChain(name, `${file.size} bytes of description`);
  let model: unknown;
  try {
    model = JSON.parse(new TextDecoder().decode(await readExactly(file, 0, file.size)));
  } catch (error) {
    throw new SlnetError("bad-input", `${name} is not JSON: ${errorMessage(error)}`, { cause: error });
  }
  const weights = await readTfjsWeights(name, model, open);
  const topology = partOf(model, "modelTopology");
  const isGraph = Array.isArray(partOf(topology, "node"));
  const layers: Layer[] = isGraph ? graphLayers(name, topology, weights) : kerasLayers(name, topology, weights);
  if (textOf(model, "format") === "graph-model" && !isGraph) throw noChain(name, "no graph");
  return networkOfLayers(name, layers);
}
