import { createConfiguration, defaultConfiguration } from "../configuration.js";
import { SlnetError } from "../errors.js";
import { checkedModel, createModelFile, networkOf, type ModelFile } from "../model.js";
import type { Network } from "../network.js";
import { missingStatistics, type Normalisation } from "../normalisation.js";
import { slnetWebVersion } from "../version.js";
import { networkTensors } from "./network-tensors.js";

/** What a person knows about a model that its file may not say. */
export interface ModelFacts {
  readonly temporalShifts?: readonly number[];
  /** The largest pixel of the frames it was trained on, in ADU. */
  readonly maximumAdu?: number;
}

/** A model out of another program's file, and what should be known about it: whole sentences. */
export interface ForeignModel {
  readonly model: ModelFile;
  readonly notices: readonly string[];
  /** Where the file holds examples to test it with: how well its weights reproduce them, kind by kind. */
  readonly tests?: readonly ModelTest[];
}

/** What the weights of a file gave for the example in it. */
export interface ModelTest {
  /** The kind of weights, as `onnx`. */
  readonly weights: string;
  /** What the examples hold: the background or what is left of the frames. */
  readonly part: "low-rank" | "sparse";
  /** The largest difference to them, in their unit. */
  readonly largestDifference: number;
  /** The largest of their values, without its sign. */
  readonly largestValue: number;
  readonly isReproduced: boolean;
}

/** A network out of a file that says little more about it. */
export interface ForeignNetwork {
  readonly network: Network;
  /** Temporal shifts as far as the file says them. */
  readonly shifts: readonly number[] | null;
  readonly normalisation: Normalisation;
  /** The program that it is from. */
  readonly engine: string;
}

/**
 * The model of a foreign network, for cleaning: it has no optimizer, and the options that nobody states are the usual ones.
 *
 * @param name - of the file, for messages
 * @throws {@link SlnetError} `bad-input` where something is missing that the result depends on
 */
export function modelOfNetwork(
  name: string,
  { network, shifts, normalisation, engine }: ForeignNetwork,
  facts: ModelFacts,
  notices: string[],
): ModelFile {
  const temporalShifts = foreignShifts(name, network.frames, shifts, facts, notices);
  const useBias = network.bias1 !== null;
  const configuration = createConfiguration({ temporalShifts, useBias, normType: normalisation.type });
  return createModelFile({
    network,
    temporalShifts,
    normalisation: foreignNormalisation(name, normalisation, useBias, facts, notices),
    configuration,
    region: null,
    seed: configuration.seed,
    epoch: 0,
    steps: 0,
    loss: null,
    validationLoss: null,
    optimizer: null,
    versions: { slnetWeb: slnetWebVersion, engine },
  });
}

/**
 * Our own record of a model beside weights that were rounded to 32-bit floats: the model as it was before, if the weights are
 * still those.
 *
 * @param record - from outside; unchecked
 * @returns `null` with a notice where it is of other weights, since someone may have trained them further
 * @throws {@link SlnetError} where it is no model
 */
export function recordedModel(name: string, record: unknown, network: Network, notices: string[]): ModelFile | null {
  const model = checkedModel(record, `in ${name}`);
  const recorded = networkTensors(networkOf(model));
  const found = networkTensors(network);
  const isSame =
    recorded.length === found.length &&
    recorded.every(
      ({ values }, i) => values.length === found[i].values.length && values.every((v, j) => v === found[i].values[j]),
    );
  if (isSame) return model;
  notices.push(
    `The record of its training in ${name} is of other weights and is left out; the weights are taken as they are.`,
  );
  return null;
}

/**
 * The temporal shifts of a model: those of the file, else those of the caller, else the default ones with a notice.
 *
 * @param frames - of the network
 * @throws {@link SlnetError} `bad-input` where they are not known, or are too few or too many
 */
export function foreignShifts(
  name: string,
  frames: number,
  stated: readonly number[] | null,
  facts: ModelFacts,
  notices: string[],
): readonly number[] {
  const shifts = stated ?? facts.temporalShifts ?? null;
  if (shifts) {
    const list = `[${shifts.join(", ")}]`;
    if (shifts.length !== frames) {
      throw new SlnetError(
        "bad-input",
        `${name} has a network for ${frames} frames, and the temporal shifts ${stated ? "in it" : "that are set"} are ${list}, expected ${frames} of them`,
      );
    }
    if (!stated) notices.push(`The file does not say the temporal shifts of its frames; ${list}, as set, are taken.`);
    return shifts;
  }
  const { temporalShifts: usual } = defaultConfiguration;
  if (frames !== usual.length) {
    throw new SlnetError(
      "bad-input",
      `${name} has a network for ${frames} frames and does not say their temporal shifts; say them, on the command line by --model-shifts`,
    );
  }
  notices.push(`The file does not say the temporal shifts of its frames; the usual [${usual.join(", ")}] are taken.`);
  return usual;
}

/**
 * The normalisation of a model, with what the caller knows in it.
 *
 * @throws {@link SlnetError} `bad-input` where a statistic is missing that the result depends on
 */
export function foreignNormalisation(
  name: string,
  stated: Normalisation,
  useBias: boolean,
  { maximumAdu }: ModelFacts,
  notices: string[],
): Normalisation {
  const normalisation = { ...stated, maximum: stated.maximum ?? maximumAdu ?? null };
  const missing = missingStatistics(normalisation).map((statistic) => statisticNames[statistic]);
  if (missing.length === 0) return normalisation;
  const what = `${missing.join(" and ")} of the frames that it was trained on`;
  if (useBias || normalisation.type === 1) {
    throw new SlnetError(
      "bad-input",
      `${name} does not hold the ${what}, on which its result depends${useBias ? ", as it has a bias" : ""}` +
        (missing.includes(statisticNames.maximum) ? "; say it, on the command line by --model-maximum" : ""),
    );
  }
  notices.push(`The file does not hold the ${what}. Without a bias it cancels out: the cleaned frames are the same.`);
  return normalisation;
}

const statisticNames = {
  maximum: "largest pixel",
  mean: "mean pixel",
  standardDeviation: "standard deviation of the pixels",
} as const;
