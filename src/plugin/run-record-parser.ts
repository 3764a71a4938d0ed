import { createConfiguration } from "../core/configuration.js";
import { errorMessage, SlnetError } from "../core/errors.js";
import { unknownMetadata, type StackMetadata } from "../core/frames.js";
import { checkedModel, type ModelFile } from "../core/model.js";
import { maximumJsonBytes } from "./chosen-file.js";
import { requireMetadata } from "./metadata-fields.js";
import { usesModel } from "../protocol/cleaning-methods.js";
import { saveFormatNames } from "../protocol/save-formats.js";
import { RecordReader } from "./record-reader.js";
import { runFormat, runFormatVersion } from "../protocol/run-format.js";
import type {
  RecordedCleaning,
  RecordedMethod,
  RecordedSaving,
  RecordedStack,
  RecordedTraining,
  RunRecord,
} from "../protocol/run-record.js";

/** Positions in a file, frames and pixels: all far below. */
const maximumCount = Number.MAX_SAFE_INTEGER;

/**
 * Reads the text of a run record.
 *
 * @param name - of the file, for messages
 * @throws {@link SlnetError} `bad-input` where it is not such a file, is longer than 8 MB or has a part that does not fit;
 *   `unsupported` where a later version wrote it
 */
export function parseRunRecord(text: string, name: string): RunRecord {
  if (text.length > maximumJsonBytes) {
    throw new SlnetError("bad-input", `run record ${name} is longer than 8 MB, expected at most so much`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SlnetError("bad-input", `run record ${name} is not JSON: ${errorMessage(error)}`, { cause: error });
  }
  return checkedRunRecord(value, name);
}

/**
 * Checks a value from outside and returns it as a run record, built anew from the parts that were checked.
 *
 * @throws as {@link parseRunRecord}
 */
export function checkedRunRecord(value: unknown, name: string): RunRecord {
  const what = `run record ${name}`;
  if (typeof value !== "object" || value === null || (value as { format?: unknown }).format !== runFormat) {
    throw new SlnetError("bad-input", `${what} is not a run of SLNet, expected "format": "${runFormat}"`);
  }
  const { formatVersion } = value as { formatVersion?: unknown };
  if (formatVersion !== runFormatVersion) {
    const found = typeof formatVersion === "number" ? formatVersion : "missing";
    throw new SlnetError("unsupported", `${what} has format version ${found}, this version reads ${runFormatVersion}`);
  }
  const record = new RecordReader(value, what);
  const action = record.oneOf("action", ["train", "clean", "save"]);
  const model = optionalModel(record, "model", name);
  const checked: RunRecord = {
    format: runFormat,
    formatVersion: runFormatVersion,
    action,
    title: record.text("title"),
    startedAt: record.date("startedAt"),
    seconds: record.number("seconds", 0),
    ending: record.oneOf("ending", ["finished", "cancelled", "failed"]),
    error: record.optional("error", () => record.text("error")),
    slnetWeb: record.text("slnetWeb"),
    stack: stackOf(record.child("stack")),
    metadata: { ...unknownMetadata, ...metadataOf(record.child("metadata")) },
    metadataSaid: metadataOf(record.child("metadataSaid")),
    configuration: createConfiguration(record.child("configuration").plain()),
    engine: record.optional("engine", () => {
      const engine = record.child("engine");
      const parts = { name: engine.text("name"), adapter: engine.text("adapter"), reason: engine.text("reason") };
      engine.end();
      return parts;
    }),
    model,
    modelTrainedHere: record.flag("modelTrainedHere"),
    training: record.optional("training", () => trainingOf(record.child("training"), name)),
    cleaning: record.optional("cleaning", () => cleaningOf(record.child("cleaning"))),
    saving: record.optional("saving", () => savingOf(record.child("saving"))),
  };
  record.known("format", "formatVersion");
  record.end();
  if (action === "train" && !checked.training) record.refuse('"training" is missing', "what the training was");
  if (action !== "train" && !checked.cleaning) record.refuse('"cleaning" is missing', "how frames were cleaned");
  if (checked.cleaning && usesModel(checked.cleaning.method.type) && !model)
    record.refuse('"model" is missing', "the model that cleaned");
  return checked;
}

function optionalModel(record: RecordReader, key: string, name: string): ModelFile | null {
  return record.optional(key, () => checkedModel(record.plainValue(key), `of run record ${name}`));
}

function stackOf(stack: RecordReader): RecordedStack {
  const selection = stack.child("selection");
  const position = (key: "series" | "channel" | "slice"): Record<string, number> =>
    selection.has(key) ? { [key]: selection.integer(key, 0, maximumCount) } : {};
  const checked: RecordedStack = {
    name: stack.text("name"),
    address: stack.optional("address", () => stack.text("address")),
    selection: { ...position("series"), ...position("channel"), ...position("slice") },
    frames: stack.integer("frames", 1, maximumCount),
    height: stack.integer("height", 1, maximumCount),
    width: stack.integer("width", 1, maximumCount),
    type: stack.oneOf("type", ["uint8", "uint16", "float32"]),
    format: stack.text("format"),
    fileBytes: stack.optional("fileBytes", () => stack.integer("fileBytes", 0, maximumCount)),
    fileChangedAt: stack.optional("fileChangedAt", () => stack.date("fileChangedAt")),
    firstFrameSha256: stack.optional("firstFrameSha256", () => stack.text("firstFrameSha256")),
  };
  if (checked.address !== null && !/^https?:\/\//.test(checked.address)) {
    stack.refuse(`"address" is ${JSON.stringify(checked.address.slice(0, 40))}`, "one of https:// or http://");
  }
  if (checked.firstFrameSha256 !== null && !/^[0-9a-f]{64}$/.test(checked.firstFrameSha256)) {
    stack.refuse('"firstFrameSha256" is no hash', "64 hexadecimal digits");
  }
  selection.end();
  stack.end();
  return checked;
}

function metadataOf(metadata: RecordReader): Partial<StackMetadata> {
  const plain = metadata.plain();
  requireMetadata(plain);
  return plain;
}

function trainingOf(training: RecordReader, name: string): RecordedTraining {
  const numberOrNull = (key: string): number | null => training.optional(key, () => training.number(key));
  const checked = {
    checkpoint: optionalModel(training, "checkpoint", name),
    steps: training.integer("steps", 0, maximumCount),
    plannedSteps: training.integer("plannedSteps", 0, maximumCount),
    epochs: training.integer("epochs", 0, maximumCount),
    loss: numberOrNull("loss"),
    validationLoss: numberOrNull("validationLoss"),
    keptShare: numberOrNull("keptShare"),
    selfWeight: numberOrNull("selfWeight"),
    warnings: training.texts("warnings"),
  };
  training.end();
  return checked;
}

function cleaningOf(cleaning: RecordReader): RecordedCleaning {
  const checked = {
    method: methodOf(cleaning.child("method")),
    tail: cleaning.oneOf("tail", ["shift", "drop"]),
    lowRank: cleaning.flag("lowRank"),
    from: cleaning.integer("from", 0, maximumCount),
    to: cleaning.integer("to", 0, maximumCount),
  };
  if (checked.to < checked.from) cleaning.refuse(`frames are ${checked.from} to ${checked.to}`, "the first one first");
  cleaning.end();
  return checked;
}

function methodOf(method: RecordReader): RecordedMethod {
  const type = method.oneOf("type", ["slnet", "median", "masked-mean", "rpca", "minimum", "rolling-ball"]);
  switch (type) {
    case "slnet":
      method.end();
      return { type };
    case "median":
    case "masked-mean": {
      const windowFrames = method.integer("windowFrames", 0, maximumCount);
      method.end();
      return { type, windowFrames };
    }
    case "rpca": {
      const options = method.child("options");
      method.end();
      const checked = {
        groupFrames: options.integer("groupFrames", 1, maximumCount),
        sparsityWeight: options.optional("sparsityWeight", () => options.number("sparsityWeight", 0)),
        penalty: options.optional("penalty", () => options.number("penalty", 0)),
        iterations: options.integer("iterations", 1, maximumCount),
      };
      options.end();
      return { type, options: checked };
    }
    case "minimum": {
      const options = method.child("options");
      method.end();
      const windowFrames = options.integer("windowFrames", 1, maximumCount);
      const camera = options.child("camera");
      options.end();
      const checked = {
        offsetAdu: camera.optional("offsetAdu", () => camera.number("offsetAdu")),
        aduPerElectron: camera.optional("aduPerElectron", () => camera.number("aduPerElectron", 0)),
        readNoiseElectrons: camera.number("readNoiseElectrons", 0),
        excessNoise: camera.number("excessNoise", 1),
      };
      camera.end();
      return { type, options: { windowFrames, camera: checked } };
    }
    case "rolling-ball": {
      const radius = method.number("radius", 0);
      method.end();
      return { type, radius };
    }
    default:
      return type satisfies never;
  }
}

function savingOf(saving: RecordReader): RecordedSaving {
  const checked = {
    part: saving.oneOf("part", ["sparse", "low-rank"]),
    type: saving.oneOf("type", ["uint16", "float32"]),
    format: saving.oneOf("format", saveFormatNames),
    compression: saving.oneOf("compression", ["none", "deflate"]),
    offsetAdu: saving.number("offsetAdu", 0),
    name: saving.text("name"),
    frames: saving.integer("frames", 0, maximumCount),
    bytes: saving.integer("bytes", 0, maximumCount),
    clippedPixels: saving.integer("clippedPixels", 0, maximumCount),
  };
  saving.end();
  return checked;
}
