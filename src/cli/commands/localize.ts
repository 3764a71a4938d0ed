import { SlnetError } from "../../core/errors.js";
import { createTiffWriter } from "../../core/io/tiff-writer.js";
import type { SpotCounts } from "../../core/localization/frame-localizer.js";
import type { LocalizerRequest } from "../../core/localization/localizer-options.js";
import { createRendering, type Rendering, type RenderingOptions } from "../../core/localization/rendering.js";
import { thunderstormHeader, thunderstormRows } from "../../core/localization/thunderstorm-table.js";
import { slnetWebVersion } from "../../core/version.js";
import type { StackSelection } from "../../core/frames.js";
import type { CleaningMethod } from "../../protocol/api.js";
import type { SlnetClient } from "../../protocol/client.js";
import type { LocalizationBlock, LocalizationOptions, LocalizationPlan } from "../../protocol/localization-api.js";
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
import { outputPathOf, requireOutputFolders, requireSeparateFiles } from "../output-paths.js";
import { openPartFile, writeWholeFile, type PartFile } from "../part-file.js";
import { createProgressDisplay } from "../progress.js";
import { parseStackOperand, selectionOf } from "../stack-operand.js";
import { WrongUsage } from "../wrong-usage.js";
import { engineOf, methodOf, requireModelOf, requireOptionsOf } from "./clean.js";
import { defaultMagnification, localizeOptions } from "./localize-options.js";

export const localizeCommand: Command = {
  name: "localize",
  operand: "STACK",
  summary: "Finds and fits the emitters and writes a table of them. Ctrl-C stops and keeps those so far.",
  examples: [
    "localize recording.tif --method median -o table.csv",
    "localize recording.tif --model model.json --fit phasor -o table.csv",
    "localize recording.tif --method median -o table.csv --render image.tif --magnification 8",
    "localize recording.tif --pixel-size 108 --camera-offset 100 --camera-gain 2.17 -o table.csv",
  ],
  answersInText: false,
  options: localizeOptions,

  async run(parsed, context) {
    const notices = createNoticeList(context.say);
    const request = await readRequest(parsed, notices);
    const client = await context.connect();
    return localizeStack(client, request, notices, context);
  },
};

interface LocalizeRequest {
  /** As typed: a path or an address. */
  readonly operand: string;
  readonly selection: StackSelection;
  readonly method: CleaningMethod | null;
  readonly frames: readonly [number, number];
  readonly options: Omit<LocalizationOptions, "from" | "to">;
  /** `null`: what the stack says. */
  readonly pixelSizeNm: number | null;
  readonly table: string;
  readonly image: (Pick<RenderingOptions, "magnification" | "kind"> & { readonly path: string }) | null;
}

async function readRequest(parsed: ParsedArguments, notices: NoticeList): Promise<LocalizeRequest> {
  const stack = requiredOperand(parsed, localizeCommand);
  const modelPath = parsed.text("model");
  const methodName = parsed.text("method") ?? (modelPath === undefined ? "none" : "slnet");
  requireModelOf(methodName, modelPath, "localize");
  requireOptionsOf(methodName, parsed, "localize");
  const side = parsed.number("fit-window");
  if (side !== undefined && side % 2 === 0) throw new WrongUsage(`--fit-window is ${side}, expected an odd number`);

  const outputPath = parsed.text("output-path") ?? "";
  const naming = { stack, prefix: parsed.text("prefix") ?? "", ending: "_localizations.csv", outputPath };
  const table = outputPathOf({ ...naming, typed: parsed.text("output") });
  const typedImage = parsed.text("render");
  for (const name of ["magnification", "render-as"]) {
    if (typedImage === undefined && parsed.has(name)) {
      throw new WrongUsage(`localize was given --${name}, expected only with --render`);
    }
  }
  const image =
    typedImage === undefined
      ? null
      : ({
          path: outputPathOf({ ...naming, typed: typedImage }),
          magnification: parsed.number("magnification") ?? defaultMagnification,
          kind: parsed.text("render-as") === "histogram" ? "histogram" : "gaussian",
        } as const);
  const outputs = image === null ? [table] : [table, image.path];
  requireSeparateFiles([stack, ...(modelPath === undefined ? [] : [modelPath])], outputs);
  const method = methodName === "none" ? null : await methodOf(methodName, modelPath, parsed, notices);
  requireOutputFolders(outputs, outputPath);
  return {
    operand: stack,
    selection: selectionOf(parsed),
    method,
    frames: parseFrameRange(parsed.text("frames") ?? ":"),
    options: {
      tail: parsed.text("tail") === "drop" ? "drop" : "shift",
      engine: engineOf(parsed.text("engine")),
      localizer: localizerOf(parsed),
    },
    pixelSizeNm: parsed.number("pixel-size") ?? null,
    table,
    image,
  };
}

function localizerOf(parsed: ParsedArguments): LocalizerRequest {
  return {
    fit: parsed.text("fit") === "phasor" ? "phasor" : "mle",
    thresholdFactor: parsed.number("threshold"),
    detectIn: parsed.text("detect-in") === "sparse" ? "sparse" : "residual",
    windowPixels: parsed.number("fit-window"),
    psfSigmaPixels: parsed.number("psf-sigma"),
    fitSigma: !parsed.flag("fix-sigma"),
    fitBackground: parsed.flag("fit-background"),
    camera: {
      offsetAdu: parsed.number("camera-offset"),
      aduPerElectron: parsed.number("camera-gain"),
      quantumEfficiency: parsed.number("quantum-efficiency"),
      readNoiseElectrons: parsed.number("read-noise"),
      excessNoise: parsed.number("excess-noise"),
    },
  };
}

async function localizeStack(
  client: SlnetClient,
  { operand, selection, method, frames, options, pixelSizeNm: typedPixelSize, table, image }: LocalizeRequest,
  notices: NoticeList,
  { interrupt: { signal }, say }: CommandContext,
): Promise<CommandResult> {
  const stack = await client.openStack(parseStackOperand(operand), { signal, selection });
  const { description } = stack;
  notices.add(description.notices);
  const pixelSizeNm = typedPixelSize ?? description.pixelSizeNm;
  if (pixelSizeNm === null) {
    throw unknownPixelSize(description.name);
  }
  const range = frameRangeIn(frames, description.shape.frames);
  // Before any work: it may be too large.
  const rendering = image && createRendering({ ...description.shape, ...image });
  const started = performance.now();
  const run = await stack.localize(method, { ...options, ...range }, { signal });
  const { plan } = run;
  if (plan.engine) say(`engine: ${plan.engine.name} (${plan.engine.adapter}), ${plan.engine.reason}`);
  notices.add(plan.notices);

  const file = await openPartFile(table);
  const collected = await collect(run, file, rendering, pixelSizeNm);
  await stack.close();
  const { counts, end, error } = collected;
  if (end === plan.from) {
    await file.discard();
    throw error ?? signal.reason;
  }
  await file.commit();
  if (error !== null && !signal.aborted) throw withKeptTable(error, end - plan.from, table);
  if (image && rendering) await writeImage(image.path, rendering, pixelSizeNm / image.magnification);

  return resultOf({
    ...{ plan, counts, end, pixelSizeNm, notices: notices.list(), method: method?.type ?? "none" },
    outputs: image ? [table, image.path] : [table],
    seconds: (performance.now() - started) / 1000,
  });
}

/** The error for a stack that says nothing of its pixels where nobody else did. */
export function unknownPixelSize(name: string): SlnetError {
  return new SlnetError("bad-input", `${name} does not say how large its pixels are, expected --pixel-size`);
}

interface Collected {
  readonly counts: SpotCounts;
  /** The frame after the last that is in the table. */
  readonly end: number;
  /** What ended it early, or `null`. */
  readonly error: unknown;
}

/** Writes the table and draws the image, until the end or as far as it goes. */
async function collect(
  run: AsyncIterable<LocalizationBlock> & { readonly plan: LocalizationPlan },
  { sink }: PartFile,
  rendering: Rendering | null,
  pixelSizeNm: number,
): Promise<Collected> {
  const counts = { detected: 0, nearEdge: 0, notConverged: 0, implausible: 0, localized: 0 };
  const encoder = new TextEncoder();
  const display = createProgressDisplay("localizing", "frames");
  let end = run.plan.from;
  let size = 0;
  const write = async (text: string): Promise<void> => {
    const bytes = encoder.encode(text);
    await sink.write(size, bytes);
    size += bytes.length;
  };
  try {
    await write(thunderstormHeader);
    for await (const block of run) {
      await write(thunderstormRows(block.localizations, pixelSizeNm, counts.localized + 1));
      rendering?.add(block.localizations);
      for (const key of Object.keys(counts) as (keyof SpotCounts)[]) counts[key] += block.counts[key];
      end = block.to;
      display.show(block.progress, `${counts.localized} localizations`);
    }
    return { counts, end, error: null };
  } catch (error) {
    return { counts, end, error };
  } finally {
    display.clear();
  }
}

function writeImage(path: string, { height, width, image }: Rendering, pixelSizeNm: number): Promise<void> {
  const description = [`slnet=${slnetWebVersion}`];
  return writeWholeFile(path, async (sink) => {
    const writer = createTiffWriter(sink, { frames: 1, height, width, type: "float32", pixelSizeNm, description });
    await writer.write(image);
    await writer.finish();
  });
}

function withKeptTable(error: unknown, frames: number, table: string): SlnetError {
  const cause = error instanceof Error ? error : new Error(String(error));
  const code = cause instanceof SlnetError ? cause.code : "internal";
  return new SlnetError(code, `${cause.message}; the localizations of the first ${frames} frames are in ${table}`, {
    cause,
  });
}

interface Outcome {
  readonly plan: LocalizationPlan;
  readonly counts: SpotCounts;
  readonly end: number;
  readonly pixelSizeNm: number;
  readonly method: string;
  readonly notices: readonly string[];
  readonly outputs: readonly string[];
  readonly seconds: number;
}

function resultOf({ plan, counts, end, pixelSizeNm, method, notices, outputs, seconds }: Outcome): CommandResult {
  const frames = end - plan.from;
  const interrupted = end < plan.to;
  const { detected, nearEdge, notConverged, implausible, localized } = counts;
  return {
    json: {
      frames,
      from: plan.from,
      to: end,
      seconds,
      framesPerSecond: frames / seconds,
      method,
      engine: plan.engine?.name ?? null,
      ...counts,
      pixelSizeNm,
      localizer: plan.localizer,
      outputs,
      notices,
      ...(interrupted && { interrupted }),
    },
    text: [
      `${interrupted ? `stopped after ${frames} of ${plan.to - plan.from} frames` : `localized ${frames} frames`} in ` +
        `${seconds.toFixed(1)} s: ${localized} localizations`,
      `of ${detected} spots ${nearEdge} were too near to the edge, ${notConverged} fits did not converge, ` +
        `${implausible} had no place or width of a spot`,
      ...outputs.map((output) => `wrote ${output}`),
    ].join("\n"),
  };
}
