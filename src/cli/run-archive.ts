import { stat } from "node:fs/promises";

import type { SlnetConfiguration } from "../core/configuration.js";
import type { StackMetadata, StackSelection } from "../core/frames.js";
import type { ModelFile } from "../core/model.js";
import { writeRunArchive, type LossCurve } from "../core/models/run-archive.js";
import { slnetWebVersion } from "../core/version.js";
import type { EngineReport } from "../protocol/api.js";
import type { StackOrigin } from "../protocol/recorded-stack.js";
import { runFormat, runFormatVersion } from "../protocol/run-format.js";
import type { RecordedStack, RecordedTraining, RunRecord } from "../protocol/run-record.js";
import { writeWholeFile } from "./part-file.js";
import type { StackOperand } from "./stack-operand.js";

/** A training as it is told in an archive. */
export interface ArchivedTraining {
  readonly stack: RecordedStack;
  readonly metadata: StackMetadata;
  readonly startedAt: Date;
  readonly seconds: number;
  readonly ending: RunRecord["ending"];
  /** One sentence, of a run that failed. */
  readonly error: string | null;
  readonly configuration: SlnetConfiguration;
  readonly engine: EngineReport;
  readonly model: ModelFile;
  readonly training: RecordedTraining;
  readonly losses: LossCurve;
  readonly validations: LossCurve;
  readonly pictures: ReadonlyMap<string, Uint8Array>;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Writes the archive of a training, whole or not at all. */
export async function writeTrainingArchive(path: string, run: ArchivedTraining): Promise<void> {
  const { stack, engine, model, training, ending } = run;
  const record: RunRecord = {
    format: runFormat,
    formatVersion: runFormatVersion,
    action: "train",
    title: stack.name,
    startedAt: run.startedAt.toISOString(),
    seconds: run.seconds,
    ending,
    error: run.error,
    slnetWeb: slnetWebVersion,
    stack,
    metadata: run.metadata,
    metadataSaid: {},
    configuration: run.configuration,
    engine: { name: engine.name, adapter: engine.adapter, reason: engine.reason },
    model,
    modelTrainedHere: ending === "finished" && training.checkpoint === null,
    training,
    cleaning: null,
    saving: null,
  };
  const { losses, validations: validation, pictures, files } = run;
  const bytes = await writeRunArchive({ model, record, training: losses, validation, pictures, files });
  await writeWholeFile(path, (sink) => sink.write(0, bytes));
}

/** Where the stack of a command is. */
export async function originOf(operand: StackOperand, selection: StackSelection): Promise<StackOrigin> {
  const found = operand.type === "path" ? await stat(operand.path).catch(() => null) : null;
  return {
    address: operand.type === "url" ? operand.url : null,
    selection,
    file: found?.isFile() ? { bytes: found.size, changedAt: found.mtime } : null,
  };
}
