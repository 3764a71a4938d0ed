import { resolve } from "node:path";

import { configurationFields, type SlnetConfiguration } from "../../core/configuration.js";
import { errorMessage, isSlnetError, SlnetError } from "../../core/errors.js";
import type { EvaluationFigures } from "../../core/metrics.js";
import type { StackSelection } from "../../core/frames.js";
import { appendLosses } from "../../core/loss-history.js";
import type { ModelFile } from "../../core/model.js";
import { mostLossPoints, type LossCurve } from "../../core/models/run-archive.js";
import type { TrainingReport } from "../../protocol/api.js";
import type { SlnetClient } from "../../protocol/client.js";
import { firstFramePictures } from "../../protocol/first-frame.js";
import { metadataOf, recordStack } from "../../protocol/recorded-stack.js";
import type { ParsedArguments } from "../arguments.js";
import { commonOptions, createNoticeList, type Command, type CommandContext, type NoticeList } from "../command.js";
import { checkedConfiguration, configurationOptions, givenConfiguration } from "../configuration-options.js";
import { openEventLog, type EventLog } from "../event-log.js";
import { modelFactOptions, readTypedModel, writeTypedModel } from "../model-file.js";
import { createOption } from "../option.js";
import { outputPathOf, requireOutputFolders, requireSeparateFiles } from "../output-paths.js";
import { originOf, writeTrainingArchive, type ArchivedTraining } from "../run-archive.js";
import { createProgressDisplay } from "../progress.js";
import { parseStackPart, regionOf, type StackPart } from "../stack-part.js";
import { parseStackOperand, selectionOf, selectionOptions } from "../stack-operand.js";
import { readStoredFiles } from "../stored-files.js";
import { WrongUsage } from "../wrong-usage.js";
import { evaluateStack, figuresText } from "./eval.js";

export const trainCommand: Command = {
  name: "train",
  operand: "STACK",
  summary: "Trains SLNet on a stack and writes a model file. Ctrl-C stops and keeps the model so far.",
  examples: [
    "train recording.tif -o model.json",
    "train recording.tif -o model.json --temporal-shifts 0,20,40 --max-epochs 50",
    "train recording.tif -o model.json --region 64,64,128,128 --frames 500:1500",
    "train recording.tif -o model.json --checkpoint model.json",
    "train recording.tif -o model.json --tensorboard runs/first",
    "train recording.tif -o model.json --archive run.zip --files-to-store notes.txt",
  ],
  answersInText: false,
  options: [
    createOption({
      name: "output",
      short: "o",
      kind: { type: "text" },
      placeholder: "MODEL",
      defaultText: "PREFIX + name of the stack + .slnet.json",
      help: "The model file to write; its ending chooses the kind as for slnet model: .pt is a checkpoint for PyTorch.",
    }),
    createOption({
      name: "region",
      kind: { type: "integers" },
      placeholder: "X,Y,WIDTH,HEIGHT",
      unit: "pixels",
      defaultText: "whole frames, or the region of the checkpoint",
      help: "Train only on this rectangle: its first column and row, counted from 0, and its size. Kept in the model file.",
    }),
    createOption({
      name: "frames",
      kind: { type: "text" },
      placeholder: "A:B",
      unit: "frames",
      defaultText: "all, or those of the checkpoint",
      help: "Train only on frames A up to, not including, B, as if there were no others: --train-frames counts from A.",
    }),
    createOption({
      name: "tensorboard",
      kind: { type: "text" },
      placeholder: "FOLDER",
      help: "Write losses and pictures of the first frame as events for TensorBoard into this folder, while training goes on.",
    }),
    createOption({
      name: "archive",
      kind: { type: "text" },
      placeholder: "ZIP",
      help: "Also write everything that belongs to the run into one zip archive: the model, the record of the run, the loss curves, small pictures of the first frame, and the files named by --files-to-store. It is read wherever a model is, and on the page.",
    }),
    ...configurationOptions(),
    ...modelFactOptions,
    ...selectionOptions,
    ...commonOptions,
  ],

  async run(parsed, context) {
    const notices = createNoticeList(context.say);
    const { checkpoint, configuration } = await readConfiguration(parsed, notices);
    const part = parseStackPart(parsed.value("region"), parsed.text("frames"));
    const output = outputPathOf({
      typed: parsed.text("output"),
      stack: configuration.stack,
      prefix: configuration.prefix,
      ending: ".slnet.json",
      outputPath: configuration.outputPath,
    });
    const stacks = [configuration.stack, ...(configuration.testStack === "" ? [] : [configuration.testStack])];
    const archivePath = archivePathOf(parsed.text("archive"), configuration.outputPath);
    const outputs = archivePath === null ? [output] : [output, archivePath];
    requireSeparateFiles(stacks, outputs);
    requireOutputFolders(outputs, configuration.outputPath);
    // As they are when the training begins.
    const files = archivePath === null ? null : await readStoredFiles(configuration.filesToStore);

    const eventFolder = parsed.text("tensorboard");
    const log = eventFolder === undefined ? null : await openEventLog(eventFolder);

    const client = await context.connect();
    const selection = selectionOf(parsed);
    const trained = await trainStack(client, configuration, checkpoint, part, selection, log, notices, files, context);
    const { model, error, archive } = trained;
    // Stopped or failed half-way: the model so far is worth more than none.
    if (model) await writeTypedModel(output, model, notices);
    if (archivePath !== null && archive) await writeTrainingArchive(archivePath, archive);
    if (error && !context.interrupt.signal.aborted) throw withKeptModel(error, model, output);
    if (!model) throw error ?? new SlnetError("internal", "training ended without a model");

    const evaluation = error
      ? null
      : await evaluateOnTestStack(client, model, configuration, selection, notices, context);
    const text = [
      `${error ? "stopped after" : "trained"} ${trained.steps} steps in ${trained.seconds.toFixed(1)} s: ` +
        `loss ${formatLoss(model.loss)}, validation loss ${formatLoss(model.validationLoss)}`,
      `wrote ${output}, with the weights after epoch ${model.epoch} of ${trained.epochs}`,
      ...(archivePath === null ? [] : [`wrote ${archivePath}, with all that belongs to the run`]),
      ...(evaluation ? [`on ${configuration.testStack}:`, figuresText(evaluation)] : []),
    ];
    return {
      text: text.join("\n"),
      json: {
        steps: trained.steps,
        seconds: trained.seconds,
        loss: model.loss,
        validationLoss: model.validationLoss,
        epochs: trained.epochs,
        keptEpoch: model.epoch,
        weights: model.weights,
        matrix: model.matrix,
        temporalShifts: model.temporalShifts,
        region: model.region,
        engine: trained.engine,
        model: output,
        ...(archivePath !== null && { archive: archivePath }),
        notices: notices.list(),
        warnings: trained.warnings,
        ...(evaluation && { evaluation }),
        ...(error !== null && { interrupted: true }),
      },
    };
  },
};

function archivePathOf(typed: string | undefined, outputPath: string): string | null {
  if (typed === undefined) return null;
  if (!/\.zip$/i.test(typed) || /\.bioimage\.zip$/i.test(typed)) {
    throw new WrongUsage(`--archive is "${typed}", expected a name that ends in .zip, and not in .bioimage.zip`);
  }
  return resolve(outputPath, typed);
}

/** What was typed, over what the checkpoint was trained with: a run that goes on goes on with the same settings. */
async function readConfiguration(
  parsed: ParsedArguments,
  notices: NoticeList,
): Promise<{ checkpoint: ModelFile | null; configuration: SlnetConfiguration }> {
  const given = givenConfiguration(parsed);
  const stack = parsed.operand ?? parsed.text("stack");
  if (stack === undefined || stack === "") {
    throw new WrongUsage('train was given no STACK, expected for example "slnet train recording.tif -o model.json"');
  }
  if (parsed.operand !== null && parsed.has("stack")) {
    throw new WrongUsage(`train was given two stacks, "${parsed.operand}" and --stack "${parsed.text("stack")}"`);
  }
  const checkpointPath = parsed.text("checkpoint") ?? "";
  const checkpoint = checkpointPath === "" ? null : await readTypedModel(checkpointPath, parsed, notices);
  const inherited = checkpoint
    ? Object.fromEntries(
        configurationFields
          .filter((field) => field.group !== "files")
          .map((field) => [field.key, checkpoint.configuration[field.key]]),
      )
    : {};
  return { checkpoint, configuration: checkedConfiguration({ ...inherited, ...given, stack }) };
}

async function trainStack(
  client: SlnetClient,
  configuration: SlnetConfiguration,
  checkpoint: ModelFile | null,
  part: StackPart,
  selection: StackSelection,
  log: EventLog | null,
  notices: NoticeList,
  archivedFiles: ReadonlyMap<string, Uint8Array> | null,
  { interrupt: { signal }, say }: CommandContext,
) {
  const warnings = createNoticeList((line) => say(line.replace(/^note/, "warning")));
  const operand = parseStackOperand(configuration.stack);
  const stack = await client.openStack(operand, { signal, selection });
  notices.add(stack.description.notices);
  const startedAt = new Date();
  const recorded = archivedFiles && {
    stack: await recordStack(stack.description, await originOf(operand, selection), () =>
      stack.readFrame(0, { signal }),
    ),
    metadata: metadataOf(stack.description),
  };
  const started = performance.now();
  const region = regionOf(part, checkpoint?.region ?? null, stack.description.shape);
  const run = await stack.train({ ...configuration }, { signal, checkpoint, region });
  const { plan } = run;
  say(
    `training on ${plan.trainingWindows} windows, validating on ${plan.validationWindows}, ` +
      `crops of ${plan.cropSize} × ${plan.cropSize} pixels`,
  );
  say(`engine: ${plan.engine.name} (${plan.engine.adapter}), ${plan.engine.reason}`);
  notices.add(plan.notices);
  if (region)
    say(
      `on ${region.width} × ${region.height} pixels from column ${region.x}, row ${region.y}, frames ${region.from}:${region.to}`,
    );

  let openLog = log;
  /** What cannot be logged costs no training. */
  const logged = async (write: (open: EventLog) => Promise<void>): Promise<void> => {
    try {
      if (openLog) await write(openLog);
    } catch (reason) {
      openLog = null;
      warnings.add([`the events for TensorBoard end here: ${errorMessage(reason)}`]);
    }
  };
  const display = createProgressDisplay("training", "steps");
  let last: TrainingReport | null = null;
  let error: Error | null = null;
  let losses: LossCurve = [];
  let validations: LossCurve = [];
  try {
    for await (const report of run) {
      last = report;
      await logged((open) => open.report(report));
      if (archivedFiles) {
        losses = appendLosses(losses, report.losses, mostLossPoints);
        validations = appendLosses(validations, report.validations, mostLossPoints);
      }
      if (report.warnings.length > 0) display.clear();
      warnings.add(report.warnings);
      const loss = report.losses.at(-1);
      display.show(report.progress, loss && `loss ${formatLoss(loss.loss)}`);
    }
  } catch (reason) {
    error = reason as Error;
  } finally {
    display.clear();
  }
  const model = last?.model ?? null;
  const seconds = (performance.now() - started) / 1000;
  let pictures: ReadonlyMap<string, Uint8Array> = new Map();
  if (error === null) {
    if (model) await logged((open) => open.pictures(stack, model, signal));
    if (model && recorded) {
      try {
        pictures = await firstFramePictures(stack, { type: "slnet", model }, signal);
      } catch (reason) {
        warnings.add([`the archive has no pictures: ${errorMessage(reason)}`]);
      }
    }
    await stack.close();
  }
  const archive: ArchivedTraining | null =
    recorded && model && last
      ? {
          ...recorded,
          startedAt,
          seconds,
          ending: error === null ? "finished" : signal.aborted ? "cancelled" : "failed",
          error: error === null || signal.aborted ? null : errorMessage(error),
          configuration,
          engine: plan.engine,
          model,
          training: {
            checkpoint,
            steps: last.progress.done,
            plannedSteps: plan.steps,
            epochs: last.epoch,
            loss: losses.at(-1)?.loss ?? null,
            validationLoss: validations.at(-1)?.loss ?? null,
            keptShare: last.keptShare,
            selfWeight: last.selfWeight,
            warnings: warnings.list(),
          },
          losses,
          validations,
          pictures,
          files: archivedFiles ?? new Map(),
        }
      : null;
  return {
    model,
    archive,
    steps: last?.progress.done ?? 0,
    epochs: last?.epoch ?? 0,
    seconds,
    engine: plan.engine,
    warnings: warnings.list(),
    error,
  };
}

async function evaluateOnTestStack(
  client: SlnetClient,
  model: ModelFile,
  configuration: SlnetConfiguration,
  selection: StackSelection,
  notices: NoticeList,
  context: CommandContext,
): Promise<EvaluationFigures | null> {
  if (configuration.testStack === "") return null;
  try {
    return (await evaluateStack(client, configuration.testStack, model, {}, selection, notices, context)).figures;
  } catch (error) {
    if (context.interrupt.signal.aborted) return null;
    throw error;
  }
}

function withKeptModel(error: Error, model: ModelFile | null, output: string): Error {
  if (!model) return error;
  const code = isSlnetError(error) ? error.code : "internal";
  return new SlnetError(code, `${errorMessage(error)}; the model so far, after ${model.steps} steps, is in ${output}`, {
    cause: error,
  });
}

function formatLoss(loss: number | null): string {
  return loss === null ? "none" : loss.toPrecision(4);
}
