import { createConfiguration } from "../configuration.js";
import { errorMessage, SlnetError } from "../errors.js";
import { createModelFile, type ModelFile, type OptimizerRecord } from "../model.js";
import type { ForeignModel, ModelFacts } from "../models/foreign-model.js";
import { foreignNormalisation, foreignShifts } from "../models/foreign-model.js";
import { isParameterName, networkOfTensors, noNetwork, type ParameterName } from "../models/network-tensors.js";
import { isRecord } from "../models/record.js";
import type { Network } from "../network.js";
import { slnetWebVersion } from "../version.js";
import { PickleObject, type PickleValue } from "./pickle-values.js";
import { publishedOptions } from "./published-options.js";
import type { TorchFile } from "./torch-file.js";
import { TorchTensor } from "./torch-tensor.js";

type Fields = ReadonlyMap<PickleValue, PickleValue>;

/** Where our checkpoints hold, as JSON, what cannot stand in them otherwise. */
export const ownKey = "slnet_web";

/** What is in that text. */
export interface OwnPart {
  /** Options by published name. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly offset_adu: number;
  readonly maximum: number | null;
}

/** Seed of every run of the published code (REFERENCE 2.4). */
const publishedSeed = 261290;

/** What an SLNet in TorchScript may call: convolutions and the ReLU behind them. */
const scriptCalls = new Set(["conv2d", "_convolution", "relu", "relu_"]);

/**
 * The model in a checkpoint of the published code, in a state dictionary, or in a TorchScript file of the same network.
 *
 * @param facts - what the caller knows about the model and the file may not say
 * @throws {@link SlnetError} `unsupported` where the file holds another network; `bad-input` where its parts do not fit
 *   together, or something is needed that neither the file nor the caller says
 */
export async function modelOfTorch(file: TorchFile, facts: ModelFacts): Promise<ForeignModel> {
  const checkpoint = fieldsOf(file.root);
  if (!checkpoint) throw noNetwork(file.name, "no dictionary");
  const network = await networkIn(file, checkpoint);
  const own = ownPart(file.name, checkpoint.get(ownKey));
  const args = fieldsOf(checkpoint.get("args")) ?? new Map<unknown, unknown>(Object.entries(own.args ?? {}));
  const { options, notices } = publishedOptions(args);
  const stated = Array.isArray(options["temporalShifts"]) ? (options["temporalShifts"] as number[]) : null;
  const temporalShifts = foreignShifts(file.name, network.frames, stated, facts, notices);
  const useBias = network.bias1 !== null;
  const configuration = createConfiguration({ ...options, temporalShifts, useBias });
  if (useBias && args.size === 0) {
    notices.push("The file does not say how its frames were scaled; the usual way, by their largest pixel, is taken.");
  }
  const [mean, standardDeviation] = await statisticsIn(file, checkpoint.get("statistics"));
  const normalisation = foreignNormalisation(
    file.name,
    {
      type: configuration.normType,
      offsetAdu: own.offset_adu ?? 0,
      maximum: own.maximum ?? null,
      mean,
      standardDeviation,
    },
    useBias,
    facts,
    notices,
  );
  const states = fieldsOf(fieldsOf(checkpoint.get("optimizer_state_dict"))?.get("state"));
  const optimizer = states && (await optimizerIn(file, states, network));
  if (states && states.size > 0 && !optimizer) {
    notices.push(
      "The state of its optimizer does not fit the weights and is left out: training goes on with a new one.",
    );
  }
  const epoch = checkpoint.get("epoch");
  const model: ModelFile = createModelFile({
    network,
    temporalShifts,
    normalisation,
    configuration,
    region: null,
    seed: checkpoint.has("args") ? publishedSeed : configuration.seed,
    // Theirs is the number of the last epoch, from 0.
    epoch: typeof epoch === "number" && Number.isInteger(epoch) && epoch >= 0 ? epoch + 1 : 0,
    steps: optimizer?.step ?? 0,
    // Theirs is sometimes a test loss (REFERENCE 8.4).
    loss: null,
    validationLoss: null,
    optimizer,
    versions: { slnetWeb: slnetWebVersion, engine: "PyTorch" },
  });
  return { model, notices };
}

/**
 * The network in a file of PyTorch, whatever else is in it.
 *
 * @throws {@link SlnetError} as {@link modelOfTorch}
 */
export function networkOfTorch(file: TorchFile): Promise<Network> {
  const root = fieldsOf(file.root);
  if (!root) throw noNetwork(file.name, "no dictionary");
  return networkIn(file, root);
}

function networkIn(file: TorchFile, root: Fields): Promise<Network> {
  const tensors = file.form === "script" ? scriptTensors(file, root) : dictionaryTensors(file, root);
  return networkOfTensors(
    file.name,
    new Map(
      [...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, values: () => file.values(tensor) }] as const),
    ),
  );
}

/** Of a checkpoint, or of a state dictionary alone; several graphics cards put `module.` before each name. */
function dictionaryTensors(file: TorchFile, root: Fields): Map<ParameterName, TorchTensor> {
  const state = root.has("model_state_dict") ? fieldsOf(root.get("model_state_dict")) : root;
  const tensors = new Map<ParameterName, TorchTensor>();
  for (const [key, value] of state ?? []) {
    const name = typeof key === "string" ? key.replace(/^module\./, "") : "";
    if (!isParameterName(name) || !(value instanceof TorchTensor)) {
      throw noNetwork(file.name, `a part named "${(typeof key === "string" ? key : name).slice(0, 100)}"`);
    }
    tensors.set(name, value);
  }
  return tensors;
}

function scriptTensors(file: TorchFile, root: Fields): Map<ParameterName, TorchTensor> {
  for (const [, call] of file.code.matchAll(/\b(?:torch|ops)\.(\w+)\(/g)) {
    if (!scriptCalls.has(call)) throw noNetwork(file.name, `a call of torch.${call}`);
  }
  const tensors = new Map<ParameterName, TorchTensor>();
  for (const [name, value] of root) {
    const fields = fieldsOf(value);
    for (const part of ["weight", "bias"]) {
      const tensor = fields?.get(part);
      if (!(tensor instanceof TorchTensor)) continue;
      const key = `${(typeof name === "string" ? name : "").slice(0, 100)}.${part}`;
      if (!isParameterName(key)) throw noNetwork(file.name, `a layer with ${key}`);
      tensors.set(key, tensor);
    }
  }
  return tensors;
}

/** The part of our own, as far as it is what it should be; something else there is not for us. */
function ownPart(name: string, text: PickleValue | undefined): Partial<OwnPart> {
  if (typeof text !== "string") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SlnetError("bad-input", `${name}: "${ownKey}" is not JSON: ${errorMessage(error)}`, { cause: error });
  }
  const found = (isRecord(value) ? value : {}) as Readonly<Record<keyof OwnPart, unknown>>;
  return {
    ...(isRecord(found.args) && { args: found.args }),
    ...(typeof found.offset_adu === "number" && { offset_adu: found.offset_adu }),
    ...(typeof found.maximum === "number" && { maximum: found.maximum }),
  };
}

/** Mean and standard deviation of the training frames, in ADU; `null` where the file has none. */
async function statisticsIn(file: TorchFile, value: PickleValue | undefined): Promise<[number | null, number | null]> {
  const [mean, deviation] = Array.isArray(value) ? value : [];
  return [await numberIn(file, mean), await numberIn(file, deviation)];
}

/** A number, also where it is a tensor of one value. */
async function numberIn(file: TorchFile, value: PickleValue | undefined): Promise<number | null> {
  const found = value instanceof TorchTensor ? (await file.values(value))[0] : value;
  return typeof found === "number" && Number.isFinite(found) ? found : null;
}

/**
 * The moments of Adam; `null` where there are none, or not for these weights.
 *
 * @param states - of each parameter, by its number
 */
async function optimizerIn(
  file: TorchFile,
  states: Fields,
  { conv1, bias1, conv2, bias2 }: Network,
): Promise<OptimizerRecord | null> {
  const firstMoments: number[][] = [];
  const secondMoments: number[][] = [];
  let step: number | null = null;
  for (const [index, parameter] of [conv1, bias1, conv2, bias2].filter((found) => found !== null).entries()) {
    const moments = fieldsOf(states.get(index));
    const first = moments?.get("exp_avg");
    const second = moments?.get("exp_avg_sq");
    if (!(first instanceof TorchTensor) || !(second instanceof TorchTensor)) return null;
    const lists = [[...(await file.values(first))], [...(await file.values(second))]];
    if (!lists.every((list) => list.length === parameter.length && list.every(Number.isFinite))) return null;
    firstMoments.push(lists[0]);
    secondMoments.push(lists[1]);
    step = await numberIn(file, moments?.get("step"));
    if (step === null || !Number.isInteger(step) || step < 0) return null;
  }
  return step === null ? null : { step, firstMoments, secondMoments };
}

/** The attributes of an object, or the items of a dictionary; `null` where it has none. */
function fieldsOf(value: PickleValue | undefined): Fields | null {
  if (value instanceof Map) return value;
  return value instanceof PickleObject && value.state instanceof Map ? value.state : null;
}
