import { configurationFields, defaultConfiguration, type SlnetConfiguration } from "../core/configuration.js";
import type { StackRegion } from "../core/frames.js";
import { usesModel } from "../protocol/cleaning-methods.js";
import type { RunRecord } from "../protocol/run-record.js";
import { resultFileName, saveFormat } from "./save-formats.js";

/** How somebody else can do a run again: a training, a cleaning or both, and the names of the files between them. */
export interface RunPlan {
  /** The stack as it is named in a folder that holds it, or its address. */
  readonly stackName: string;
  readonly modelName: string;
  readonly outputName: string;
  /** Whether the model is made anew by a training; else it is read from `modelName`, which has to be saved before. */
  readonly trains: boolean;
  readonly cleans: boolean;
  /** Of that training, by name; only what differs from the defaults. */
  readonly trainingOptions: Readonly<Partial<SlnetConfiguration>>;
  /** The same for the command line, where a training that goes on takes what is not said from its checkpoint. */
  readonly commandOptions: Readonly<Partial<SlnetConfiguration>>;
  /** Part of the stack that is trained on, `null` for all of it. */
  readonly region: StackRegion | null;
  readonly engine: SlnetConfiguration["engine"];
  /** Model that the training goes on from, `null` for one from nothing. */
  readonly checkpointName: string | null;
  /** Frames to clean, `null` for all. */
  readonly range: { readonly from: number; readonly to: number } | null;
}

/** What it takes to do a run again elsewhere. */
export function planOfRun(record: RunRecord): RunPlan {
  const { action, stack, saving, training, cleaning, model } = record;
  const part = saving?.part === "low-rank" ? "_background" : "_sparse";
  const trains =
    action === "train" || (cleaning !== null && usesModel(cleaning.method.type) && record.modelTrainedHere);
  const configuration = (action === "train" ? null : model?.configuration) ?? record.configuration;
  return {
    stackName: stack.address ?? (stack.format === "simulated" ? "simulated.tif" : stack.name),
    modelName: resultFileName("", stack.name, ".slnet.json"),
    outputName: saving?.name ?? resultFileName("", stack.name, `${part}${saveFormat("tiff").ending}`),
    trains,
    cleans: action !== "train",
    trainingOptions: changedOptions(configuration, defaultConfiguration),
    commandOptions: changedOptions(configuration, training?.checkpoint?.configuration ?? defaultConfiguration),
    region: trains ? (model?.region ?? null) : null,
    engine: record.configuration.engine,
    checkpointName: training?.checkpoint ? resultFileName("", stack.name, ".before.slnet.json") : null,
    range: rangeOf(record),
  };
}

function rangeOf({ stack, cleaning, model }: RunRecord): RunPlan["range"] {
  if (!cleaning) return null;
  const { from, to, tail, method } = cleaning;
  const dropped = tail === "drop" && usesModel(method.type) ? (model?.temporalShifts.at(-1) ?? 0) : 0;
  return from === 0 && to >= stack.frames - dropped ? null : { from, to };
}

/** Without the files, which have other names elsewhere. */
function changedOptions(configuration: SlnetConfiguration, usual: SlnetConfiguration): Partial<SlnetConfiguration> {
  return Object.fromEntries(
    configurationFields
      .filter(({ group }) => group !== "files")
      .map(({ key }) => [key, configuration[key]] as const)
      .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(usual[key])),
  );
}
