import { createConfiguration, maximumWindowFrames, type NormType, type SlnetConfiguration } from "./configuration.js";
import { errorMessage, SlnetError } from "./errors.js";
import type { StackRegion } from "./frames.js";
import { isRecord } from "./models/record.js";
import { composeNetwork, type Network } from "./network.js";
import { affineOf, missingStatistics, type Normalisation } from "./normalisation.js";
import { isRegion } from "./stack-region.js";

export const modelFormat = "slnet-web-model";
const modelFormatVersion = 1;

/** Weights as plain numbers, row-major: conv1 `[2n, n]`, conv2 `[n, 2n]`, with their biases `[2n]` and `[n]` or `null`. */
export interface ModelWeights {
  readonly conv1: readonly number[];
  readonly conv2: readonly number[];
  readonly bias1: readonly number[] | null;
  readonly bias2: readonly number[] | null;
}

/** The state of Adam after `step` updates; moments in the order of `networkParameters`. */
export interface OptimizerRecord {
  readonly step: number;
  readonly firstMoments: readonly (readonly number[])[];
  readonly secondMoments: readonly (readonly number[])[];
}

/** What a model file holds. Plain data: it crosses threads and is written as JSON unchanged. */
export interface ModelFile {
  readonly format: typeof modelFormat;
  readonly formatVersion: number;
  readonly weights: ModelWeights;
  /** The composed map W2·W1, `[n, n]` row-major, in normalised counts. For reading; the weights decide. */
  readonly matrix: readonly number[];
  /** W2·b1 + b2, `[n]`. */
  readonly matrixBias: readonly number[];
  readonly temporalShifts: readonly number[];
  readonly normalisation: Normalisation;
  readonly configuration: SlnetConfiguration;
  /** The part of its stack that it was trained on; `null`: the whole stack. */
  readonly region: StackRegion | null;
  readonly seed: number;
  /** Epochs trained so far. */
  readonly epoch: number;
  /** Training steps done so far. */
  readonly steps: number;
  /** Mean training loss of the last epoch, `null` before the first step. */
  readonly loss: number | null;
  /** Lowest validation loss among the evaluations, `null` without validation. */
  readonly validationLoss: number | null;
  /** What is needed to go on training; `null` in a model that is only for cleaning. */
  readonly optimizer: OptimizerRecord | null;
  readonly versions: { readonly slnetWeb: string; readonly engine: string };
}

export type ModelRecord = Omit<ModelFile, "format" | "formatVersion" | "weights" | "matrix" | "matrixBias"> & {
  readonly network: Network;
};

/** A model file of a network and what is known about its training. */
export function createModelFile({ network, ...record }: ModelRecord): ModelFile {
  const composed = composeNetwork(network);
  return {
    format: modelFormat,
    formatVersion: modelFormatVersion,
    weights: {
      conv1: [...network.conv1],
      conv2: [...network.conv2],
      bias1: network.bias1 && [...network.bias1],
      bias2: network.bias2 && [...network.bias2],
    },
    matrix: [...composed.matrix],
    matrixBias: [...composed.bias],
    ...record,
  };
}

/** The network that a checked model file holds. */
export function networkOf(model: ModelFile): Network {
  const { conv1, conv2, bias1, bias2 } = model.weights;
  return {
    frames: model.temporalShifts.length,
    conv1: Float64Array.from(conv1),
    conv2: Float64Array.from(conv2),
    bias1: bias1 && Float64Array.from(bias1),
    bias2: bias2 && Float64Array.from(bias2),
  };
}

/**
 * Reads the text of a model file.
 *
 * @param name - of the file, for messages
 * @throws {@link SlnetError} `bad-input` where it is not such a file or its parts do not fit together; `unsupported`
 *   where it was written by a later version
 */
export function parseModelFile(text: string, name: string): ModelFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SlnetError("bad-input", `model ${name} is not JSON: ${errorMessage(error)}`, { cause: error });
  }
  return checkedModel(value, name);
}

/**
 * Checks a value from outside and returns it as a model, built anew from the parts that were checked.
 *
 * @throws as {@link parseModelFile}
 */
export function checkedModel(value: unknown, name = "of this request"): ModelFile {
  const refuse = (what: string, expected: string): never => {
    throw new SlnetError("bad-input", `model ${name}: ${what}, expected ${expected}`);
  };
  if (!isRecord(value) || value["format"] !== modelFormat) {
    throw new SlnetError("bad-input", `model ${name} is not an SLNet model file, expected "format": "${modelFormat}"`);
  }
  const version = value["formatVersion"];
  if (version !== modelFormatVersion) {
    throw new SlnetError(
      "unsupported",
      `model ${name} has format version ${String(version)}, this version reads ${modelFormatVersion}`,
    );
  }

  const number = (from: Record<string, unknown>, key: string, minimum = -Infinity): number => {
    const found = from[key];
    if (typeof found === "number" && Number.isFinite(found) && found >= minimum) return found;
    return refuse(
      `"${key}" is ${JSON.stringify(found) ?? "missing"}`,
      minimum === -Infinity ? "a number" : `a number of at least ${minimum}`,
    );
  };
  const numberOrNull = (from: Record<string, unknown>, key: string): number | null =>
    from[key] === null || from[key] === undefined ? null : number(from, key);
  const numbers = (found: unknown, what: string, length: number): number[] => {
    if (!Array.isArray(found)) return refuse(`${what} is missing`, `a list of ${length} numbers`);
    if (found.length !== length)
      return refuse(`${what} has ${found.length} numbers`, `${length} for this number of shifts`);
    if (!found.every((item) => typeof item === "number" && Number.isFinite(item))) {
      return refuse(`${what} holds something that is not a finite number`, "only finite numbers");
    }
    return found as number[];
  };
  const record = (key: string): Record<string, unknown> => {
    const found = value[key];
    return isRecord(found) ? found : refuse(`"${key}" is missing`, "an object");
  };

  const configuration = createConfiguration(record("configuration"));
  const shifts = value["temporalShifts"];
  const frames = Array.isArray(shifts) ? shifts.length : 0;
  if (frames < 1 || frames > maximumWindowFrames) {
    refuse(`"temporalShifts" has ${frames} entries`, `1 to ${maximumWindowFrames}`);
  }
  // Through the configuration's own check: whole numbers, ascending from 0.
  const { temporalShifts } = createConfiguration({ temporalShifts: shifts });

  const weights = record("weights");
  const biased = weights["bias1"] !== null && weights["bias1"] !== undefined;
  const network: Network = {
    frames,
    conv1: Float64Array.from(numbers(weights["conv1"], "conv1", 2 * frames * frames)),
    conv2: Float64Array.from(numbers(weights["conv2"], "conv2", 2 * frames * frames)),
    bias1: biased ? Float64Array.from(numbers(weights["bias1"], "bias1", 2 * frames)) : null,
    bias2: biased ? Float64Array.from(numbers(weights["bias2"], "bias2", frames)) : null,
  };

  const constants = record("normalisation");
  const statistic = (key: string, minimum?: number): number | null =>
    constants[key] === null ? null : number(constants, key, minimum);
  const type = number(constants, "type");
  if (![-1, 0, 1, 2, 3].includes(type)) refuse(`normalisation type is ${type}`, "-1, 0, 1, 2 or 3");
  const normalisation: Normalisation = {
    type: type as NormType,
    offsetAdu: number(constants, "offsetAdu"),
    maximum: statistic("maximum"),
    mean: statistic("mean"),
    standardDeviation: statistic("standardDeviation", 0),
  };
  const missing = missingStatistics(normalisation);
  if (missing.length > 0 && (biased || type === 1))
    refuse(`its normalisation has no ${missing.join(" and ")}`, "a number");
  if (!(affineOf(normalisation).scale > 0)) refuse("its normalisation divides by 0 or less", "a positive number");
  const versions = record("versions");
  return createModelFile({
    network,
    temporalShifts,
    normalisation,
    configuration,
    region: checkedRegion(value["region"]),
    seed: number(value, "seed", 0),
    epoch: number(value, "epoch", 0),
    steps: number(value, "steps", 0),
    loss: numberOrNull(value, "loss"),
    validationLoss: numberOrNull(value, "validationLoss"),
    optimizer: checkedOptimizer(value["optimizer"], network),
    versions: {
      slnetWeb: String(versions["slnetWeb"]).slice(0, 100),
      engine: String(versions["engine"]).slice(0, 100),
    },
  });

  /** Not there in files from before there were regions. */
  function checkedRegion(found: unknown): StackRegion | null {
    if (found === null || found === undefined) return null;
    if (!isRecord(found)) return refuse(`"region" is ${JSON.stringify(found)}`, "an object or null");
    const { x, y, width, height, from, to } = found;
    const region = { x, y, width, height, from, to } as StackRegion;
    return isRegion(region)
      ? region
      : refuse(`"region" is ${JSON.stringify(found)}`, "whole numbers x, y, width, height, from and to of some pixels");
  }

  function checkedOptimizer(found: unknown, { conv1, bias1, conv2, bias2 }: Network): OptimizerRecord | null {
    if (found === null || found === undefined) return null;
    if (!isRecord(found)) return refuse(`"optimizer" is ${JSON.stringify(found)}`, "an object or null");
    const parameters = [conv1, bias1, conv2, bias2].filter((parameter) => parameter !== null);
    const moments = (key: string): number[][] => {
      const list = found[key];
      if (!Array.isArray(list) || list.length !== parameters.length) {
        return refuse(`optimizer ${key} does not fit the weights`, `${parameters.length} lists`);
      }
      return parameters.map((parameter, index) => numbers(list[index], `optimizer ${key} ${index}`, parameter.length));
    };
    return {
      step: number(found, "step", 0),
      firstMoments: moments("firstMoments"),
      secondMoments: moments("secondMoments"),
    };
  }
}
