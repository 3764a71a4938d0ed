import { SlnetError } from "./errors.js";

/** Engine names a user can ask for. `auto` measures the candidates and takes the fastest. */
export const engineNames = ["webgpu", "wasm", "js", "tfjs-webgpu", "tfjs-wasm", "tfjs-cpu"] as const;
/** An engine by its name. */
export type EngineName = (typeof engineNames)[number];
/** What somebody asks for. */
export type EngineRequest = "auto" | EngineName;

/**
 * Everything that decides a training run and the cleaning after it. Each name of the published parameter table has its
 * place here; {@link configurationFields} says which, with unit, range and default.
 */
export interface SlnetConfiguration {
  readonly stack: string;
  readonly testStack: string;
  readonly filesToStore: readonly string[];
  readonly prefix: string;
  readonly checkpoint: string;
  readonly trainFrames: string;
  readonly testFrames: string;
  readonly imageSize: number;
  readonly cropSize: number;
  readonly validationCropSize: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly maxEpochs: number;
  readonly validationSplit: number;
  readonly evalEvery: number;
  readonly shuffleDataset: boolean;
  readonly useBias: boolean;
  readonly plotImages: boolean;
  readonly addNoise: boolean;
  readonly signalPowerMin: number;
  readonly signalPowerMax: number;
  readonly normType: NormType;
  readonly offsetAdu: number;
  readonly sparseOffsetAdu: number;
  readonly frameCount: number;
  readonly rank: number;
  readonly sparsityWeight: number;
  readonly singularValueThreshold: number;
  readonly weightMultiplier: number;
  readonly temporalShifts: readonly number[];
  readonly useRandomShifts: boolean;
  readonly outputChannel: number;
  readonly sparseThreshold: number;
  readonly outputPath: string;
  readonly engine: EngineRequest;
  readonly seed: number;
  readonly keep: "best" | "last";
}

/** Normalisation types of the published code: −1 none, 0 by 2·std, 1 standard score, 2 by maximum, 3 by std. */
export type NormType = -1 | 0 | 1 | 2 | 3;

interface FieldBase<K extends keyof SlnetConfiguration> {
  readonly key: K;
  /** Name in the published Python code, or `null` for an option of ours. */
  readonly publishedName: string | null;
  readonly title: string;
  /** Unit of the number, empty where it has none. */
  readonly unit: string;
  readonly help: string;
  readonly default: SlnetConfiguration[K];
  /** Which form section shows it; `files` are given by the user interface in another way. */
  readonly group: "files" | "data" | "training" | "loss" | "noise" | "output";
}

interface ChoiceKind<T> {
  readonly kind: "choice";
  readonly choices: readonly { readonly value: T; readonly title: string }[];
}

// In brackets, so that a union such as NormType stays one type and is not taken apart member by member.
type FieldKind<T> = [T] extends [boolean]
  ? { readonly kind: "boolean" }
  : [T] extends [number]
    ? { readonly kind: "number" | "integer"; readonly minimum: number; readonly maximum: number } | ChoiceKind<T>
    : [T] extends [readonly number[]]
      ? { readonly kind: "integers"; readonly minimum: number; readonly maximum: number }
      : [T] extends [readonly string[]]
        ? { readonly kind: "texts" }
        : { readonly kind: "text" } | ChoiceKind<T>;

/** One option: its type, range, default, help, and its name in the published code. */
export type ConfigurationField = {
  readonly [K in keyof SlnetConfiguration]: FieldBase<K> & FieldKind<SlnetConfiguration[K]>;
}[keyof SlnetConfiguration];

/** Largest number of frames a window may have: the fused kernels are unrolled up to this. */
export const maximumWindowFrames = 16;

/** Every option, in the order in which forms, help texts and the documentation list them. */
export const configurationFields: readonly ConfigurationField[] = [
  {
    key: "stack",
    publishedName: "data_folder",
    title: "Stack",
    kind: "text",
    unit: "",
    group: "files",
    default: "",
    help: "The recording to train on. The published code looks for STORM_image/STORM_image_stack.tif in a folder; here any readable stack is named directly.",
  },
  {
    key: "testStack",
    publishedName: "data_folder_test",
    title: "Test stack",
    kind: "text",
    unit: "",
    group: "files",
    default: "",
    help: "Another recording to evaluate on after training. Empty: the training stack.",
  },
  {
    key: "filesToStore",
    publishedName: "files_to_store",
    title: "Files to note",
    kind: "texts",
    unit: "",
    group: "files",
    default: [],
    help: "Names of files that belong to the run, from the current folder; they are listed in the model file, and train --archive keeps them.",
  },
  {
    key: "prefix",
    publishedName: "prefix",
    title: "Name of the run",
    kind: "text",
    unit: "",
    group: "files",
    default: "",
    help: "Put in front of the names of the files that a run writes, and into the model file.",
  },
  {
    key: "checkpoint",
    publishedName: "checkpoint",
    title: "Go on from",
    kind: "text",
    unit: "",
    group: "files",
    default: "",
    help: "A model file to continue from, with its weights, Adam moments and epoch. Epochs count on from there.",
  },
  {
    key: "trainFrames",
    publishedName: "images_to_use",
    title: "Training frames",
    kind: "text",
    unit: "frames",
    group: "data",
    default: "0:100",
    help: "First frames of the training windows, for example 0:100 or 0,5,10. Each window also reads the frames at its shifts.",
  },
  {
    key: "testFrames",
    publishedName: "images_to_use_test",
    title: "Test frames",
    kind: "text",
    unit: "frames",
    group: "data",
    default: ":",
    help: "First frames of the windows to evaluate on. The default is every frame that has a whole window.",
  },
  {
    key: "imageSize",
    publishedName: "img_size",
    title: "Image size",
    kind: "integer",
    minimum: 0,
    maximum: 65535,
    unit: "pixels",
    group: "data",
    default: 0,
    help: "Train only on the central square of this side. 0: on the whole frame.",
  },
  {
    key: "temporalShifts",
    publishedName: "temporal_shifts",
    title: "Temporal shifts",
    kind: "integers",
    minimum: 0,
    maximum: 1_000_000,
    unit: "frames",
    group: "data",
    default: [0, 49, 99],
    help: "Frame offsets of the network's input channels, ascending from 0. They should be longer than a molecule stays on.",
  },
  {
    key: "useRandomShifts",
    publishedName: "use_random_shifts",
    title: "Random shifts",
    kind: "boolean",
    unit: "",
    group: "data",
    default: false,
    help: "Draw new shifts for every training window, between 1 and the largest temporal shift. Validation and cleaning use the shifts as given.",
  },
  {
    key: "frameCount",
    publishedName: "n_frames",
    title: "Frames per window",
    kind: "integer",
    minimum: 0,
    maximum: maximumWindowFrames,
    unit: "frames",
    group: "data",
    default: 0,
    help: "Number of input channels. It follows from the temporal shifts; if it is not 0 it must agree with them.",
  },
  {
    key: "normType",
    publishedName: "norm_type",
    title: "Normalisation",
    kind: "choice",
    choices: [
      { value: -1, title: "none" },
      { value: 0, title: "divide by 2 standard deviations" },
      { value: 1, title: "standard score" },
      { value: 2, title: "divide by the maximum" },
      { value: 3, title: "divide by the standard deviation" },
    ],
    unit: "",
    group: "data",
    default: 2,
    help: "How counts are scaled for training; the constants come from the training frames.",
  },
  {
    key: "offsetAdu",
    publishedName: "dark_current",
    title: "Camera offset",
    kind: "number",
    minimum: 0,
    maximum: 65535,
    unit: "ADU",
    group: "data",
    default: 0,
    help: "Reading of the camera with the shutter closed, subtracted before the network and added back to the background. The published code stores it and never uses it, hence 0.",
  },
  {
    key: "validationSplit",
    publishedName: "validation_split",
    title: "Validation share",
    kind: "number",
    minimum: 0,
    maximum: 0.9,
    unit: "share of windows",
    group: "training",
    default: 0.1,
    help: "Share of the training windows kept aside for the validation loss.",
  },
  {
    key: "shuffleDataset",
    publishedName: "shuffle_dataset",
    title: "Shuffle before the split",
    kind: "boolean",
    unit: "",
    group: "training",
    default: true,
    help: "Draw the validation windows at random; otherwise they are the first ones.",
  },
  {
    key: "cropSize",
    publishedName: null,
    title: "Crop side",
    kind: "integer",
    minimum: 2,
    maximum: 1024,
    unit: "pixels",
    group: "training",
    default: 128,
    help: "Side of the square that each training step looks at. Smaller frames make it smaller, and a notice says so.",
  },
  {
    key: "validationCropSize",
    publishedName: null,
    title: "Validation crop side",
    kind: "integer",
    minimum: 2,
    maximum: 1024,
    unit: "pixels",
    group: "training",
    default: 64,
    help: "Side of the square of the validation and test loss.",
  },
  {
    key: "batchSize",
    publishedName: "batch_size",
    title: "Batch size",
    kind: "integer",
    minimum: 1,
    maximum: 256,
    unit: "windows",
    group: "training",
    default: 8,
    help: "Windows per training step.",
  },
  {
    key: "learningRate",
    publishedName: "learning_rate",
    title: "Learning rate",
    kind: "number",
    minimum: 1e-8,
    maximum: 1,
    unit: "",
    group: "training",
    default: 1e-4,
    help: "Step of the Adam optimiser. It also holds when training goes on from a model file.",
  },
  {
    key: "maxEpochs",
    publishedName: "max_epochs",
    title: "Epochs",
    kind: "integer",
    minimum: 1,
    maximum: 100_000,
    unit: "epochs",
    group: "training",
    default: 101,
    help: "Passes over the training windows.",
  },
  {
    key: "evalEvery",
    publishedName: "eval_every",
    title: "Validate every",
    kind: "integer",
    minimum: 1,
    maximum: 100_000,
    unit: "epochs",
    group: "training",
    default: 10,
    help: "Epochs from one validation to the next.",
  },
  {
    key: "keep",
    publishedName: null,
    title: "Keep",
    kind: "choice",
    choices: [
      { value: "best", title: "the best weights before any drift to the identity" },
      { value: "last", title: "the last weights, as published" },
    ],
    unit: "",
    group: "training",
    default: "best",
    help: "Which weights a run returns. The loss has a useless minimum where the background is the frame itself; the best weights are those of the lowest validation loss before the network drifts there.",
  },
  {
    key: "useBias",
    publishedName: "use_bias",
    title: "Bias",
    kind: "boolean",
    unit: "",
    group: "training",
    default: false,
    help: "Give both layers a bias.",
  },
  {
    key: "weightMultiplier",
    publishedName: "weight_multiplier",
    title: "Weight multiplier",
    kind: "number",
    minimum: 0.01,
    maximum: 10,
    unit: "",
    group: "training",
    default: 0.5,
    help: "Factor on the initial weights. It decides whether the background starts below or above the frame.",
  },
  {
    key: "plotImages",
    publishedName: "plot_images",
    title: "Preview while training",
    kind: "boolean",
    unit: "",
    group: "training",
    default: true,
    help: "Show the current frame cleaned with the weights so far.",
  },
  {
    key: "seed",
    publishedName: null,
    title: "Seed",
    kind: "integer",
    minimum: 0,
    maximum: 4_294_967_295,
    unit: "",
    group: "training",
    default: 261290,
    help: "Decides weights, split, order and crops. The same seed gives the same result on the same engine.",
  },
  {
    key: "sparsityWeight",
    publishedName: "SL_alpha_l1",
    title: "Sparsity weight α",
    kind: "number",
    minimum: 0,
    maximum: 1000,
    unit: "",
    group: "loss",
    default: 12,
    help: "Weight of the mean of the sparse part. About 2/(3+α) of the pixels stay above the background.",
  },
  {
    key: "singularValueThreshold",
    publishedName: "SL_mu_sum_constraint",
    title: "Singular-value threshold µ",
    kind: "number",
    minimum: 0,
    maximum: 1000,
    unit: "normalised counts",
    group: "loss",
    default: 0.01,
    help: "Taken off each singular value of the background crop.",
  },
  {
    key: "rank",
    publishedName: "rank",
    title: "Rank",
    kind: "integer",
    minimum: 1,
    maximum: maximumWindowFrames,
    unit: "",
    group: "loss",
    default: 3,
    help: "Number of singular values kept. More than there are frames in a window changes nothing.",
  },
  {
    key: "addNoise",
    publishedName: "add_noise",
    title: "Add camera noise",
    kind: "boolean",
    unit: "",
    group: "noise",
    default: false,
    help: "Train on copies with simulated EMCCD noise at a random signal power.",
  },
  {
    key: "signalPowerMin",
    publishedName: "signal_power_min",
    title: "Least signal power",
    kind: "number",
    minimum: 1,
    maximum: 65535,
    unit: "ADU",
    group: "noise",
    default: 900,
    help: "Smallest maximum a window is scaled to before noise is added. The published code has the two limits swapped.",
  },
  {
    key: "signalPowerMax",
    publishedName: "signal_power_max",
    title: "Largest signal power",
    kind: "number",
    minimum: 1,
    maximum: 65535,
    unit: "ADU",
    group: "noise",
    default: 3600,
    help: "Largest maximum a window is scaled to before noise is added.",
  },
  {
    key: "outputChannel",
    publishedName: "frame_to_grab",
    title: "Evaluated channel",
    kind: "integer",
    minimum: 0,
    maximum: maximumWindowFrames - 1,
    unit: "",
    group: "output",
    default: 0,
    help: "Channel of the window whose figures an evaluation reports.",
  },
  {
    key: "sparseThreshold",
    publishedName: "l0_ths",
    title: "Threshold of the share kept",
    kind: "number",
    minimum: 0,
    maximum: 1,
    unit: "share of the maximum",
    group: "output",
    default: 0.05,
    help: "An evaluation counts the pixels above this share of the sparse maximum.",
  },
  {
    key: "sparseOffsetAdu",
    publishedName: "dark_current_sparse",
    title: "Offset of saved frames",
    kind: "number",
    minimum: 0,
    maximum: 65535,
    unit: "ADU",
    group: "output",
    default: 0,
    help: "Added to every pixel of the saved sparse frames, so that noise below zero is not cut and a localizer finds the offset it expects.",
  },
  {
    key: "outputPath",
    publishedName: "output_path",
    title: "Output folder",
    kind: "text",
    unit: "",
    group: "files",
    default: "",
    help: "Folder for the files of a run. Empty: beside the stack or as named on the command line.",
  },
  {
    key: "engine",
    publishedName: "main_gpu",
    title: "Engine",
    kind: "choice",
    choices: [
      { value: "auto", title: "fastest, measured" },
      { value: "webgpu", title: "WebGPU" },
      { value: "wasm", title: "WebAssembly" },
      { value: "js", title: "JavaScript, 64 bit" },
      { value: "tfjs-webgpu", title: "TensorFlow.js, WebGPU" },
      { value: "tfjs-wasm", title: "TensorFlow.js, WASM" },
      { value: "tfjs-cpu", title: "TensorFlow.js, CPU" },
    ],
    unit: "",
    group: "output",
    default: "auto",
    help: "What computes. The published option chooses a graphics card by number.",
  },
];

/** The published settings, with our defaults where the published ones need a certain file. */
export const defaultConfiguration = Object.freeze(
  Object.fromEntries(configurationFields.map((field) => [field.key, field.default])),
) as unknown as SlnetConfiguration;

/**
 * A whole configuration from some options, each checked for type and range, and all for agreeing with each other.
 *
 * @param options - values by {@link SlnetConfiguration} name; what is missing takes its default
 * @throws {@link SlnetError} `bad-input` for an unknown name, a wrong type, a number out of range, or options that
 *   contradict each other; the message names the option, the value and what was expected
 */
export function createConfiguration(options: Readonly<Record<string, unknown>> = {}): SlnetConfiguration {
  const known = new Map<string, ConfigurationField>(configurationFields.map((field) => [field.key, field]));
  for (const key of Object.keys(options)) {
    if (!known.has(key)) throw new SlnetError("bad-input", `there is no option "${key}"`);
  }
  const configuration = Object.fromEntries(
    configurationFields.map((field) => {
      const value = options[field.key];
      return [field.key, value === undefined ? field.default : checkedValue(field, value)];
    }),
  ) as unknown as SlnetConfiguration;
  requireAgreement(configuration);
  return configuration;
}

function checkedValue(field: ConfigurationField, value: unknown): unknown {
  const refuse = (expected: string): never => {
    const shown = typeof value === "string" ? `"${value}"` : (JSON.stringify(value) ?? String(value));
    throw new SlnetError("bad-input", `${field.key} is ${shown}, expected ${expected}`);
  };
  switch (field.kind) {
    case "boolean":
      return typeof value === "boolean" ? value : refuse("true or false");
    case "text":
      return typeof value === "string" ? value : refuse("a text");
    case "texts":
      return Array.isArray(value) && value.every((item) => typeof item === "string")
        ? [...value]
        : refuse("a list of texts");
    case "number":
    case "integer": {
      const fits =
        typeof value === "number" &&
        value >= field.minimum &&
        value <= field.maximum &&
        (field.kind === "number" || Number.isInteger(value));
      const noun = field.kind === "integer" ? "a whole number" : "a number";
      return fits ? value : refuse(`${noun} from ${field.minimum} to ${field.maximum}`);
    }
    case "integers": {
      const numbers: readonly unknown[] = Array.isArray(value) ? value : [null];
      const fits = numbers.every(
        (item) => typeof item === "number" && Number.isInteger(item) && item >= field.minimum && item <= field.maximum,
      );
      return fits ? [...numbers] : refuse(`whole numbers from ${field.minimum} to ${field.maximum}`);
    }
    case "choice": {
      const choices: readonly unknown[] = field.choices.map((choice) => choice.value);
      return choices.includes(value) ? value : refuse(`one of ${choices.join(", ")}`);
    }
    default:
      return field satisfies never;
  }
}

function requireAgreement(configuration: SlnetConfiguration): void {
  const { temporalShifts: shifts, frameCount, outputChannel } = configuration;
  const list = `[${shifts.join(", ")}]`;
  if (shifts.length < 1 || shifts.length > maximumWindowFrames) {
    throw new SlnetError(
      "bad-input",
      `temporalShifts has ${shifts.length} entries, expected 1 to ${maximumWindowFrames}`,
    );
  }
  if (shifts[0] !== 0 || shifts.some((shift, index) => index > 0 && shift <= shifts[index - 1])) {
    throw new SlnetError(
      "bad-input",
      `temporalShifts is ${list}, expected 0 first and each larger than the one before`,
    );
  }
  if (frameCount !== 0 && frameCount !== shifts.length) {
    throw new SlnetError(
      "bad-input",
      `frameCount is ${frameCount}, but temporalShifts ${list} has ${shifts.length} entries`,
    );
  }
  if (outputChannel >= shifts.length) {
    throw new SlnetError(
      "bad-input",
      `outputChannel is ${outputChannel}, expected less than the ${shifts.length} temporal shifts`,
    );
  }
  if (configuration.signalPowerMin > configuration.signalPowerMax) {
    throw new SlnetError(
      "bad-input",
      `signalPowerMin is ${configuration.signalPowerMin}, expected at most signalPowerMax, which is ${configuration.signalPowerMax}`,
    );
  }
}
