import { unknownMetadata } from "../core/frames.js";
import type { ModelFile } from "../core/model.js";
import { slnetWebVersion } from "../core/version.js";
import { defaultConfiguration } from "../core/configuration.js";
import type { CleaningMethod } from "../protocol/api.js";
import type { EndedRun } from "./ended-run.js";
import { modelIn, usesModel } from "../protocol/cleaning-methods.js";
import { metadataOf, recordStack } from "../protocol/recorded-stack.js";
import { runFormat, runFormatVersion } from "../protocol/run-format.js";
import type {
  RecordedCleaning,
  RecordedMethod,
  RecordedSaving,
  RecordedStack,
  RecordedTraining,
  RunRecord,
} from "../protocol/run-record.js";
import { cleaningMethod } from "./session-requests.js";
import { stackMetadata, type SessionState } from "./session-state.js";
import type { StackConnection } from "./stack-connection.js";

/**
 * A record of a run, or `null` where there was no stack.
 *
 * @param modelTrainedHere - see {@link RunRecord.modelTrainedHere}
 */
export function recordOf(run: EndedRun, stack: RecordedStack | null, modelTrainedHere: boolean): RunRecord | null {
  const { request, before, after, ending } = run;
  if (!stack) return null;
  const { configuration, metadata, engine, error } = after;
  const cleaning = recordedCleaning(run);
  const trained = after.model === before.model ? null : after.model;
  const model =
    request.action === "train" ? trained : cleaning && usesModel(cleaning.method.type) ? modelOf(after) : null;
  const training = request.action === "train" ? recordedTraining(run) : null;
  if (request.action !== "train" && (!cleaning || (usesModel(cleaning.method.type) && !model))) return null;
  return {
    format: runFormat,
    formatVersion: runFormatVersion,
    action: request.action,
    title: stack.name,
    startedAt: run.startedAt.toISOString(),
    seconds: run.seconds,
    ending,
    error: ending === "failed" ? (error?.message ?? "unknown") : null,
    slnetWeb: slnetWebVersion,
    stack,
    metadata: metadataOf(stackMetadata(after) ?? unknownMetadata),
    metadataSaid: metadata,
    configuration: configuration ?? before.configuration ?? defaultConfiguration,
    engine: engine && { name: engine.name, adapter: engine.adapter, reason: engine.reason },
    model,
    modelTrainedHere: model !== null && modelTrainedHere,
    training,
    cleaning,
    saving: request.action === "save" ? recordedSaving(run) : null,
  };
}

/** What tells the open stack from others. */
export async function recordedStack(
  state: SessionState,
  input: StackConnection["input"],
  readFirstFrame: () => Promise<ArrayBufferView>,
): Promise<RecordedStack | null> {
  const { stack } = state;
  if (!stack || !input) return null;
  const { source, selection } = input;
  const file = source.type === "file" && source.file instanceof File ? source.file : null;
  const origin = {
    address: source.type === "url" ? source.url : null,
    selection,
    file: file && { bytes: file.size, changedAt: new Date(file.lastModified) },
  };
  return recordStack(stack, origin, readFirstFrame);
}

/** Whether two records are of the same pixels, as far as can be told. */
export function isSameStack(one: RecordedStack, other: RecordedStack): boolean {
  if ((["frames", "height", "width", "type"] as const).some((key) => one[key] !== other[key])) return false;
  if (one.firstFrameSha256 !== null && other.firstFrameSha256 !== null) {
    return one.firstFrameSha256 === other.firstFrameSha256;
  }
  return one.name === other.name && one.fileBytes === other.fileBytes;
}

/** The model that cleaned: that of the result, where one is shown. */
function modelOf({ result, model }: SessionState): ModelFile | null {
  return modelIn(result?.method) ?? model;
}

function recordedTraining({ request, before, after }: EndedRun): RecordedTraining {
  // A run that failed before it began has left the state of the run before it.
  const training = after.training === before.training ? null : after.training;
  const goesOn = request.action === "train" && request.train.goOn === true;
  return {
    checkpoint: goesOn ? before.model : null,
    steps: training?.step ?? 0,
    plannedSteps: training?.plan.steps ?? 0,
    epochs: training?.epoch ?? 0,
    loss: training?.losses.at(-1)?.loss ?? null,
    validationLoss: training?.validations.at(-1)?.loss ?? null,
    keptShare: training?.keptShare ?? null,
    selfWeight: training?.selfWeight ?? null,
    warnings: training?.warnings ?? [],
  };
}

function recordedCleaning({ request, before, after }: EndedRun): RecordedCleaning | null {
  const { result, model, stack, metadata } = after;
  switch (request.action) {
    case "train":
      return null;
    case "clean":
      return result && result !== before.result ? cleaningOf(result.method, { ...result, to: result.done }) : null;
    case "save": {
      const { cleaning } = request.save;
      if (result && !cleaning) return cleaningOf(result.method, { ...result, lowRank: false, to: result.done });
      if (!model && usesModel(cleaning?.method ?? "slnet")) return null;
      const whole = { tail: cleaning?.tail ?? "shift", lowRank: false, from: 0, to: stack?.shape.frames ?? 0 } as const;
      return cleaningOf(cleaningMethod(cleaning ?? {}, model, metadata), whole);
    }
    default:
      return request satisfies never;
  }
}

function cleaningOf(method: CleaningMethod, how: Omit<RecordedCleaning, "method">): RecordedCleaning {
  const { tail, lowRank, from, to } = how;
  return { method: withoutModel(method), tail, lowRank, from, to };
}

/** The model has a place of its own in a record. */
function withoutModel(method: CleaningMethod): RecordedMethod {
  if (!("model" in method)) return method;
  const { model: _, ...recorded } = method;
  return recorded;
}

function recordedSaving({ request, before, after }: EndedRun): RecordedSaving | null {
  const { saved } = after;
  if (!saved || saved === before.saved || request.action !== "save") return null;
  const { type = "uint16", format = "tiff", compression = "none" } = request.save;
  const { part, offsetAdu, name, frames, bytes, clipped } = saved;
  return { part, type, format, compression, offsetAdu, name, frames, bytes, clippedPixels: clipped };
}
