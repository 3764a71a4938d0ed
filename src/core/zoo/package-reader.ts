import { errorMessage, isSlnetError, SlnetError } from "../errors.js";
import { readExactly } from "../io/read-exactly.js";
import { readYaml, type YamlLoader } from "../io/read-yaml.js";
import type { ZipFolder } from "../io/zip-folder.js";
import {
  modelOfNetwork,
  recordedModel,
  type ForeignModel,
  type ModelFacts,
  type ModelTest,
} from "../models/foreign-model.js";
import { partOf } from "../models/record.js";
import type { Network } from "../network.js";
import type { Normalisation } from "../normalisation.js";
import { describePackage, type PackageDescription, type WeightKind } from "./package-description.js";
import { descriptionIn, packageFolder, type PackageFolder } from "./package-folder.js";
import { readExample, testNetwork } from "./package-test.js";
import { readPackageWeights } from "./package-weights.js";
import type { Scaling } from "./processing-steps.js";

/** Where packages of our own have their record of the model, in `config`. */
export const ownConfig = "slnet_web";

/**
 * The model in a package of the BioImage Model Zoo whose graph is an SLNet. All weights that are in it are read, and run
 * on its test images.
 *
 * @param zip - its source is open as long as this runs
 * @param loadYaml - for the package that parses its description
 * @returns `null` where the archive holds no description of a model, and is something else
 * @throws {@link SlnetError} `bad-input` where the package is broken; `unsupported` where it holds another network, or steps
 *   before it that are no fixed scaling
 */
export async function readPackage(
  zip: ZipFolder,
  facts: ModelFacts,
  loadYaml: YamlLoader | null,
): Promise<ForeignModel | null> {
  const descriptionPath = descriptionIn(zip);
  if (descriptionPath === null) return null;
  if (!loadYaml) {
    throw new SlnetError(
      "unsupported",
      `${zip.name} is a package of the BioImage Model Zoo, which needs a parser of YAML to be read, and none was given`,
    );
  }
  const folder = packageFolder(zip, descriptionPath);
  const { name } = folder;
  const description = await readDescription(zip, folder, loadYaml);
  const notices: string[] = [];
  const networks = await readAllWeights(folder, description, notices);
  const [[kind, network]] = networks;
  const example = await readExample(folder, description, network.frames, notices);
  const { scaling, channelNames } = description.input;
  const tests: ModelTest[] = [];
  for (const [weights, each] of networks) {
    if (example && each.frames === example.frames) tests.push(...testNetwork(weights, each, scaling, example));
  }
  const record = partOf(description.config, ownConfig, "model");
  const model =
    (record === undefined ? null : recordedModel(name, record, network, notices)) ??
    modelOfNetwork(
      name,
      { network, shifts: shiftsOf(channelNames), normalisation: normalisationOf(scaling), engine: engines[kind] },
      facts,
      notices,
    );
  for (const { weights, isReproduced, largestDifference } of tests) {
    if (isReproduced) continue;
    notices.push(
      `The weights for ${weights} do not reproduce the test images of the package: the largest difference is ${Number(largestDifference.toPrecision(3))}.`,
    );
  }
  return { model, notices, tests };
}

const engines = {
  tensorflow_js: "TensorFlow.js",
  onnx: "ONNX",
  pytorch_state_dict: "PyTorch",
  torchscript: "PyTorch",
} as const satisfies Record<WeightKind, string>;

async function readDescription(
  zip: ZipFolder,
  { name, descriptionPath }: PackageFolder,
  loadYaml: YamlLoader,
): Promise<PackageDescription> {
  const file = await zip.open(descriptionPath, largestDescription);
  if (!file) throw new SlnetError("bad-input", `${name} has no description`);
  const text = new TextDecoder().decode(await readExactly(file, 0, file.size));
  const [document] = await readYaml(text, file.name, loadYaml);
  return describePackage(name, document);
}

/** Bytes of a description; its text is measured again before it is parsed. */
const largestDescription = 1024 * 1024;

/** Every kind of weights that can be read; there is one at least. */
async function readAllWeights(
  folder: PackageFolder,
  { weights }: PackageDescription,
  notices: string[],
): Promise<[[WeightKind, Network], ...[WeightKind, Network][]]> {
  const networks: [WeightKind, Network][] = [];
  let failure: unknown = null;
  for (const [kind, file] of weights) {
    try {
      networks.push([kind, await readPackageWeights(folder, kind, file)]);
    } catch (error) {
      // A damaged file is no reason to go on with another one; one of another kind is.
      if (!isSlnetError(error, "unsupported")) throw error;
      failure ??= error;
      notices.push(`Its weights for ${kind} are left out: ${errorMessage(error)}.`);
    }
  }
  const [first, ...rest] = networks;
  if (!first) throw failure;
  return [first, ...rest];
}

/** The shifts that names of channels like t0, t49, t99 say; `null` where they say none. */
function shiftsOf(channelNames: readonly string[]): readonly number[] | null {
  const shifts = channelNames.map((channel) => Number(/^t(\d{1,6})$/.exec(channel)?.[1] ?? NaN));
  const isAscending = shifts.length > 0 && shifts.every((shift, i) => (i === 0 ? shift === 0 : shift > shifts[i - 1]));
  return isAscending ? shifts : null;
}

/** The scaling of a description in our terms: by the largest pixel above an offset, or none. */
function normalisationOf({ shift, scale }: Scaling): Normalisation {
  return {
    type: scale === 1 ? -1 : 2,
    offsetAdu: shift,
    maximum: scale === 1 ? null : scale,
    mean: null,
    standardDeviation: null,
  };
}
