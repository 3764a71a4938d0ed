import { engineNames, type EngineRequest } from "../../core/configuration.js";
import { defaultMaskedWindowFrames } from "../../core/masked-mean.js";
import { cameraOfStack, defaultMinimumWindowFrames } from "../../core/minimum-background.js";
import { defaultBallRadius } from "../../core/rolling-ball.js";
import { defaultMedianWindowFrames, medianWindowLimits } from "../../core/running-median.js";
import type { StackMetadata, StackSelection } from "../../core/frames.js";
import type {
  CleaningMethod,
  CleaningOptions,
  MinimumMethodOptions,
  SavedPart,
  SaveFormat,
  SavingOptions,
  SavingReport,
} from "../../protocol/api.js";
import { saveFormatNames } from "../../protocol/save-formats.js";
import { usesModel } from "../../protocol/cleaning-methods.js";
import type { SlnetClient } from "../../protocol/client.js";
import type { ParsedArguments } from "../arguments.js";
import {
  createNoticeList,
  type NoticeList,
  requiredOperand,
  type Command,
  type CommandContext,
  type CommandResult,
} from "../command.js";
import { frameRangeIn, parseFrameRange } from "../frame-range.js";
import { readTypedModel } from "../model-file.js";
import { outputPathOf, requireOutputFolders, requireSeparateFiles } from "../output-paths.js";
import { createProgressDisplay } from "../progress.js";
import { parseShard } from "../shard.js";
import { parseStackOperand, selectionOf } from "../stack-operand.js";
import { WrongUsage } from "../wrong-usage.js";
import {
  ballOptions,
  cleanOptions,
  maskOptions,
  medianOptions,
  minimumOptions,
  noiseOptions,
  rpcaFrames,
  rpcaIterations,
  rpcaOptions,
} from "./clean-options.js";

export const cleanCommand: Command = {
  name: "clean",
  operand: "STACK",
  summary: "Removes the background and writes the cleaned stack. Ctrl-C stops and keeps the frames so far.",
  examples: [
    "clean recording.tif --model model.json -o cleaned.tif",
    "clean recording.tif --model model.json -o cleaned.tif --low-rank background.tif --offset 100",
    "clean recording.tif --model model.json --method masked-mean -o cleaned.tif",
    "clean recording.tif --method median --median-window 100 -o cleaned.tif",
    "clean recording.tif --method minimum --camera-offset 100 --camera-gain 2.17 -o cleaned.tif",
    "clean recording.tif --method rolling-ball --ball-radius 50 -o cleaned.tif",
    "clean recording.tif --model model.json -o cleaned.ome.tif --pixel-size 108 --camera-offset 100",
    "clean recording.tif --model model.json -o cleaned.tif --resume",
    "clean recording.tif --model model.json -o cleaned.npz",
    "clean recording.tif --model model.json -o cleaned.ome.zarr --shard 3/8",
  ],
  answersInText: false,
  options: cleanOptions,

  async run(parsed, context) {
    const notices = createNoticeList(context.say);
    const request = await readRequest(parsed, notices);
    const client = await context.connect();
    return cleanStack(client, request, notices, context);
  },
};

interface CleanRequest {
  /** As typed: a path or an address. */
  readonly operand: string;
  readonly selection: StackSelection;
  readonly method: CleaningMethod;
  readonly frames: readonly [number, number];
  readonly options: Pick<CleaningOptions, "lowRank" | "tail" | "engine">;
  readonly parts: readonly SavedPart[];
  readonly saving: SavingOptions;
  /** The cleaned stack first. */
  readonly outputs: readonly [string, ...string[]];
}

async function readRequest(parsed: ParsedArguments, notices: NoticeList): Promise<CleanRequest> {
  const stack = requiredOperand(parsed, cleanCommand);
  const methodName = parsed.text("method") ?? "slnet";
  const modelPath = parsed.text("model");
  requireModelOf(methodName, modelPath, "clean");
  requireOptionsOf(methodName, parsed, "clean");

  const frames = parseFrameRange(parsed.text("frames") ?? ":");
  const typedShard = parsed.text("shard");
  const shard = typedShard === undefined ? null : parseShard(typedShard);
  if (shard && parsed.flag("resume")) {
    throw new WrongUsage("clean was given --shard and --resume, expected one of them: a stopped shard is cleaned anew");
  }
  const outputPath = parsed.text("output-path") ?? "";
  const typedFormat = saveFormatNames.find((name) => name === parsed.text("format"));
  const ending = `_sparse${formatEndings[typedFormat ?? "tiff"]}`;
  const naming = { stack, prefix: parsed.text("prefix") ?? "", ending, outputPath };
  const output = outputPathOf({ ...naming, typed: parsed.text("output") });
  const typedLowRank = parsed.text("low-rank");
  const lowRank = typedLowRank === undefined ? null : outputPathOf({ ...naming, typed: typedLowRank });
  const outputs: [string, ...string[]] = lowRank === null ? [output] : [output, lowRank];
  requireSeparateFiles([stack, ...(modelPath === undefined ? [] : [modelPath])], outputs);

  const method = await methodOf(methodName, modelPath, parsed, notices);
  const type = parsed.text("type") === "float32" ? "float32" : "uint16";
  const partOf = (part: SavedPart["part"], path: string, offsetAdu: number | null): SavedPart => ({
    part,
    target: { type: "path", path },
    type,
    offsetAdu,
    format: typedFormat ?? formatNamedBy(path),
    compression: parsed.text("compress") === "deflate" ? "deflate" : "none",
  });
  const parts = [partOf("sparse", output, parsed.number("offset") ?? null)];
  if (lowRank !== null) parts.push(partOf("low-rank", lowRank, 0));
  requireOutputFolders(outputs, outputPath);
  if (shard && outputs.some((path) => /\.zip$/i.test(path))) {
    throw new WrongUsage("clean was given --shard and an output that is one archive, expected a name without .zip");
  }
  return {
    operand: stack,
    selection: selectionOf(parsed),
    method,
    frames,
    options: {
      lowRank: lowRank !== null,
      tail: parsed.text("tail") === "drop" ? "drop" : "shift",
      engine: engineOf(parsed.text("engine")),
    },
    parts,
    saving: { metadata: typedMetadata(parsed), resume: parsed.flag("resume"), shard },
    outputs,
  };
}

const formatEndings = {
  tiff: ".tif",
  "ome-tiff": ".ome.tif",
  zarr: ".ome.zarr",
  npy: ".npy",
  npz: ".npz",
  safetensors: ".safetensors",
} as const satisfies Record<SaveFormat, string>;

function formatNamedBy(path: string): SaveFormat {
  const array = /\.(npy|npz|safetensors)$/i.exec(path)?.[1]?.toLowerCase();
  if (array !== undefined) return array as SaveFormat;
  if (/\.zarr(\.zip)?$/i.test(path)) return "zarr";
  return /\.ome\.(tiff?|btf|tf[28])$/i.test(path) ? "ome-tiff" : "tiff";
}

/** Only what was typed: the rest is as the stack says. */
function typedMetadata(parsed: ParsedArguments): Partial<StackMetadata> {
  const typed = {
    pixelSizeNm: parsed.number("pixel-size"),
    frameIntervalSeconds: parsed.number("frame-interval"),
    exposureSeconds: parsed.number("exposure"),
    cameraOffsetAdu: parsed.number("camera-offset"),
    aduPerElectron: parsed.number("camera-gain"),
  };
  return Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== undefined));
}

/** The method of that name, with the model that {@link requireModelOf} has asked for. */
export async function methodOf(
  name: string,
  modelPath: string | undefined,
  parsed: ParsedArguments,
  notices: NoticeList,
): Promise<CleaningMethod> {
  if (modelPath !== undefined) {
    const model = await readTypedModel(modelPath, parsed, notices);
    if (name !== "masked-mean") return { type: "slnet", model };
    return { type: "masked-mean", model, windowFrames: parsed.number("mask-window") ?? defaultMaskedWindowFrames };
  }
  if (name === "median") return { type: "median", windowFrames: medianWindowOf(parsed.text("median-window")) };
  if (name === "minimum") return { type: "minimum", options: minimumOptionsOf(parsed) };
  if (name === "rolling-ball")
    return { type: "rolling-ball", radius: parsed.number("ball-radius") ?? defaultBallRadius };
  return {
    type: "rpca",
    options: {
      groupFrames: parsed.number("rpca-frames") ?? rpcaFrames,
      sparsityWeight: parsed.number("rpca-weight") ?? null,
      penalty: parsed.number("rpca-penalty") ?? null,
      iterations: parsed.number("rpca-iterations") ?? rpcaIterations,
    },
  };
}

/** @throws {@link WrongUsage} where a method needs a model that is not there, or does not use one that is */
export function requireModelOf(methodName: string, modelPath: string | undefined, command: string): void {
  const needsModel = usesModel(methodName as CleaningMethod["type"]);
  if (needsModel && modelPath === undefined) {
    const others = "median, rpca, minimum and rolling-ball need none";
    throw new WrongUsage(`${command} was given no --model, expected one for the method ${methodName}; ${others}`);
  }
  if (!needsModel && modelPath !== undefined) {
    throw new WrongUsage(`${command} was given --model, which the method ${methodName} does not use`);
  }
}

/** @throws {@link WrongUsage} where an option belongs to another method */
export function requireOptionsOf(methodName: string, parsed: ParsedArguments, command: string): void {
  for (const [method, options] of [
    ["masked-mean", maskOptions],
    ["median", medianOptions],
    ["rpca", rpcaOptions],
    // The localizer computes with the noise of the camera whatever the method.
    ["minimum", command === "localize" ? minimumOptions : [...minimumOptions, ...noiseOptions]],
    ["rolling-ball", ballOptions],
  ] as const) {
    const misplaced = method === methodName ? undefined : options.find((option) => parsed.has(option.name));
    if (misplaced)
      throw new WrongUsage(`${command} was given --${misplaced.name}, expected only with --method ${method}`);
  }
}

/** What is typed of the camera goes before what the stack says. */
function minimumOptionsOf(parsed: ParsedArguments): MinimumMethodOptions {
  return {
    windowFrames: parsed.number("minimum-window") ?? defaultMinimumWindowFrames,
    camera: {
      offsetAdu: parsed.number("camera-offset") ?? null,
      aduPerElectron: parsed.number("camera-gain") ?? null,
      readNoiseElectrons: parsed.number("read-noise") ?? cameraOfStack.readNoiseElectrons,
      excessNoise: parsed.number("excess-noise") ?? cameraOfStack.excessNoise,
    },
  };
}

/** Frames of the window, or 0 for the whole stack. */
function medianWindowOf(text: string | undefined): number {
  if (text === undefined) return defaultMedianWindowFrames;
  if (text === "whole") return 0;
  const { minimum, maximum } = medianWindowLimits;
  const frames = Number(text);
  if (Number.isInteger(frames) && frames >= minimum && frames <= maximum) return frames;
  throw new WrongUsage(`--median-window is "${text}", expected a whole number from ${minimum} to ${maximum}, or whole`);
}

export function engineOf(name: string | undefined): EngineRequest {
  return engineNames.find((engine) => engine === name) ?? "auto";
}

/** After Ctrl-C the block under way is waited for, so that the counts are of all that is written; but not for longer. */
const patienceMs = 400;

async function cleanStack(
  client: SlnetClient,
  { operand, selection, method, frames, options, parts, saving, outputs }: CleanRequest,
  notices: NoticeList,
  { interrupt: { signal }, say }: CommandContext,
): Promise<CommandResult> {
  const stack = await client.openStack(parseStackOperand(operand), { signal, selection });
  notices.add(stack.description.notices);
  const range = frameRangeIn(frames, stack.description.shape.frames);
  const started = performance.now();
  const run = await stack.save(method, { ...options, ...range }, parts, {
    signal: delayedSignal(signal, patienceMs),
    ...saving,
  });
  const { plan } = run;
  if (plan.resumedFrames > 0) say(`going on behind the ${plan.resumedFrames} frames that are there already`);
  else if (saving.resume) say("there is nothing to go on with: cleaning begins with the first frame");
  if (plan.engine) say(`engine: ${plan.engine.name} (${plan.engine.adapter}), ${plan.engine.reason}`);
  notices.add(plan.notices);

  const display = createProgressDisplay("cleaning", "frames");
  let last: SavingReport | null = null;
  let hasLeftEarly = false;
  try {
    for await (const report of run) {
      last = report;
      display.show(report.progress, report.clipped > 0 ? `${report.clipped} pixels clipped` : "");
      if (signal.aborted) break;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    hasLeftEarly = true;
  } finally {
    display.clear();
  }
  // Closing makes whole files of the frames that are written.
  await run.close();
  await stack.close();
  const planned = plan.to - plan.from;
  // Nothing was finished, so there is no file to speak of.
  if (last === null && plan.resumedFrames === 0 && planned > 0) throw signal.reason;
  const { shard = null } = saving;
  // Of a shard there are all frames or none.
  if (shard && (hasLeftEarly || (last?.progress.done ?? 0) < planned)) throw signal.reason;

  const written =
    !shard && (hasLeftEarly || last === null) ? await frameCountOf(client, outputs[0]) : (last?.progress.done ?? 0);
  const interrupted = written < planned;
  const seconds = (performance.now() - started) / 1000;
  const clipped = last?.clipped ?? 0;
  const { offsetAdu = 0, offsetFrom = "default" } = plan.parts.find(({ part }) => part === "sparse") ?? {};
  return {
    json: {
      frames: written,
      from: plan.from,
      to: plan.from + written,
      seconds,
      framesPerSecond: (written - plan.resumedFrames) / seconds,
      engine: plan.engine?.name ?? method.type,
      clipped,
      offsetAdu,
      ...(saving.resume && { resumedFrames: plan.resumedFrames }),
      ...(shard && { shard: shard.index, shards: shard.count }),
      outputs,
      notices: notices.list(),
      ...(interrupted && { interrupted }),
    },
    text: [
      `${interrupted ? `stopped: ${written} of ${planned} frames cleaned` : `cleaned ${written} frames`} in ` +
        `${seconds.toFixed(1)} s, ${clipped === 0 ? "no pixel" : `${clipped} pixels`} clipped` +
        (plan.resumedFrames > 0 ? ` in the ${written - plan.resumedFrames} of this run` : ""),
      `offset ${offsetAdu} ADU, ${offsetReasons[offsetFrom]}`,
      ...(shard && planned === 0 ? ["there are fewer chunks of frames than shards, so this shard has none"] : []),
      ...outputs.map((output) =>
        shard
          ? `wrote shard ${shard.index} of ${shard.count}, frames ${plan.from}:${plan.to}, to ${output}.shards`
          : `wrote ${output}${interrupted ? `, a whole stack of ${written} frames` : ""}`,
      ),
    ].join("\n"),
  };
}

const offsetReasons = {
  request: "as asked for",
  camera: "that of the camera",
  model: "that of the model's configuration",
  pedestal: "so that noise below 0 is kept",
  default: "as no offset of the camera is known",
} as const;

async function frameCountOf(client: SlnetClient, path: string): Promise<number> {
  const stack = await client.openStack({ type: "path", path });
  await stack.close();
  return stack.description.shape.frames;
}

/** Aborts some time after another signal does. */
function delayedSignal(signal: AbortSignal, delayMs: number): AbortSignal {
  const controller = new AbortController();
  const abortLater = (): void => {
    setTimeout(() => controller.abort(signal.reason), delayMs).unref();
  };
  if (signal.aborted) abortLater();
  else signal.addEventListener("abort", abortLater, { once: true });
  return controller.signal;
}
