import { availableParallelism } from "node:os";
import { resolve } from "node:path";

import { baselines } from "../../core/evaluation/method-verdict.js";
import { mostComparedFrames } from "../../core/evaluation/own-report.js";
import { simulationScenes, type SimulationSceneName } from "../../core/simulation-scenes.js";
import type { ParsedArguments } from "../arguments.js";
import { createNoticeList, type Command, type CommandContext, type CommandResult } from "../command.js";
import { evaluateOwn } from "../evaluation/evaluate-own.js";
import {
  evaluateScenes,
  sceneOptions,
  type EvaluationRequest,
  type ShownScene,
} from "../evaluation/evaluate-scenes.js";
import { evaluatedMethods, type EvaluatedMethod } from "../evaluation/methods.js";
import { ownReportPage, ownReportText } from "../evaluation/own-report.js";
import type { QualityReport } from "../evaluation/quality-report.js";
import { reportPage } from "../evaluation/report-page.js";
import { drawScene } from "../evaluation/report-pictures.js";
import { reportText } from "../evaluation/report-text.js";
import { readTypedModel } from "../model-file.js";
import { nearestName } from "../nearest-name.js";
import { requireOutputFolders, requireSeparateFiles } from "../output-paths.js";
import { writeWholeFile } from "../part-file.js";
import { createProgressDisplay } from "../progress.js";
import { parseStackOperand, selectionOf } from "../stack-operand.js";
import { createWorkerClient } from "../worker-client.js";
import { WrongUsage } from "../wrong-usage.js";
import { engineOf } from "./clean.js";
import { unknownPixelSize } from "./localize.js";
import { evaluateDefaults, evaluateOptions, mostRecordingBytes, tuningSeedDistance } from "./evaluate-options.js";

/** More workers than this would take more memory than time. */
const mostJobs = 4;

export const evaluateCommand: Command = {
  name: "evaluate",
  operand: "[STACK]",
  summary: "Measures background methods, on simulated recordings or on STACK, and writes a report. Ctrl-C stops.",
  seeAlso: "eval, which gives the loss and the figures of the published code for one model.",
  examples: [
    "evaluate -o report.html",
    "evaluate --scenes standard,dim --seeds 3 -o report.html --figures report.json",
    "evaluate --scenes standard --methods slnet --frames 200 --size 96 --seeds 2 --scored-frames 20",
    "evaluate recording.tif --pixel-size 108 -o report.html",
  ],
  answersInText: true,
  options: evaluateOptions,

  async run(parsed, context) {
    if (parsed.operand !== null) return evaluateStackOf(parsed.operand, parsed, context);
    for (const name of ownOptions) {
      if (parsed.has(name)) throw new WrongUsage(`evaluate was given --${name}, expected only with a STACK`);
    }
    const { signal } = context.interrupt;
    const request = readRequest(parsed);
    const page = pathOf(parsed, "output");
    const figures = pathOf(parsed, "figures");
    const outputs = [page, figures].filter((path) => path !== null);
    requireSeparateFiles([], outputs);
    requireOutputFolders(outputs, "");

    const display = createProgressDisplay("evaluating", "recordings");
    const started = performance.now();
    const onProgress = (done: number, total: number, stage: string): void => {
      const seconds = (performance.now() - started) / 1000;
      const secondsLeft = done > 0 ? (seconds / done) * (total - done) : null;
      display.show({ done, total, perSecond: done / seconds, secondsLeft }, stage);
    };
    let evaluated: Awaited<ReturnType<typeof evaluateScenes>>;
    try {
      evaluated = await evaluateScenes(request, { signal, createClient: createWorkerClient, onProgress });
    } finally {
      display.clear();
    }
    const { report, shown } = evaluated;
    if (page !== null) await writeText(page, await pageOf(report, shown, signal));
    if (figures !== null) await writeText(figures, `${JSON.stringify(report, null, 1)}\n`);
    return {
      json: { ...report, outputs },
      text: [reportText(report), ...outputs.map((path) => `wrote ${path}`)].join("\n"),
    };
  },
};

/** Options that only a STACK has, and those that only simulated recordings have. */
const ownOptions = ["model", "model-shifts", "model-maximum", "pixel-size", "series", "channel", "slice"] as const;
const sceneOnlyOptions = ["scenes", "seeds", "first-seed", "tuning-seeds", "size", "scored-frames", "jobs"] as const;

async function evaluateStackOf(
  operand: string,
  parsed: ParsedArguments,
  { interrupt: { signal }, connect, say }: CommandContext,
): Promise<CommandResult> {
  for (const name of sceneOnlyOptions) {
    if (parsed.has(name)) throw new WrongUsage(`evaluate was given --${name}, expected only without a STACK`);
  }
  const methods = ownMethodsOf(parsed.value("methods") as readonly string[] | undefined);
  const page = pathOf(parsed, "output");
  const figures = pathOf(parsed, "figures");
  const outputs = [page, figures].filter((path) => path !== null);
  const modelPath = parsed.text("model");
  requireSeparateFiles([operand, ...(modelPath === undefined ? [] : [modelPath])], outputs);
  requireOutputFolders(outputs, "");
  const notices = createNoticeList(say);
  const model = modelPath === undefined ? null : await readTypedModel(modelPath, parsed, notices);
  const client = await connect();
  const stack = await client.openStack(parseStackOperand(operand), { signal, selection: selectionOf(parsed) });
  notices.add(stack.description.notices);
  const pixelSizeNm = parsed.number("pixel-size") ?? stack.description.pixelSizeNm;
  if (pixelSizeNm === null) throw unknownPixelSize(stack.description.name);
  const request = {
    methods,
    model,
    pixelSizeNm,
    frames: parsed.number("frames") ?? mostComparedFrames,
    engine: engineOf(parsed.text("engine")),
  };
  const report = await evaluateOwn(stack, request, { signal, say: (stage) => say(`evaluating: ${stage}`) });
  await stack.close();
  if (page !== null) await writeText(page, ownReportPage(report));
  if (figures !== null) await writeText(figures, `${JSON.stringify(report, null, 1)}\n`);
  return {
    json: { ...report, notices: notices.list(), outputs },
    text: [ownReportText(report), ...outputs.map((path) => `wrote ${path}`)].join("\n"),
  };
}

/** Methods that need no truth and are run by the worker on frames; the slow one, and one that needs a camera, where named. */
function ownMethodsOf(typed: readonly string[] | undefined): readonly EvaluatedMethod[] {
  const possible = evaluatedMethods.filter(
    ({ cleaning, input }) => input === "frames" && cleaning !== "truth" && cleaning !== "blind",
  );
  if (typed === undefined) return possible.filter(({ name, isDefault }) => isDefault && name !== "minimum");
  if (isAll(typed)) return possible;
  const chosen = chosenFrom(
    typed,
    possible.map(({ name }) => name),
    "methods",
  );
  return possible.filter(({ name }) => chosen.has(name));
}

function readRequest(parsed: ParsedArguments): EvaluationRequest {
  const seedCount = parsed.number("seeds") ?? evaluateDefaults.seeds;
  const firstSeed = parsed.number("first-seed") ?? evaluateDefaults.firstSeed;
  const tuningSeedCount = parsed.number("tuning-seeds") ?? evaluateDefaults.tuningSeeds;
  const request: EvaluationRequest = {
    scenes: scenesOf(parsed.value("scenes") as readonly string[] | undefined),
    methods: methodsOf(parsed.value("methods") as readonly string[] | undefined),
    seeds: Array.from({ length: seedCount }, (_, i) => firstSeed + i),
    tuningSeeds: Array.from({ length: tuningSeedCount }, (_, i) => firstSeed + tuningSeedDistance + i),
    frames: parsed.number("frames") ?? null,
    side: parsed.number("size") ?? null,
    scoredFrames: parsed.number("scored-frames") ?? evaluateDefaults.scoredFrames,
    engine: engineOf(parsed.text("engine")),
    jobs: parsed.number("jobs") ?? Math.min(mostJobs, availableParallelism()),
  };
  for (const scene of request.scenes) {
    const { frames, width, height } = sceneOptions(scene, firstSeed, request);
    const bytes = 2 * frames * width * height;
    if (bytes > mostRecordingBytes) {
      throw new WrongUsage(
        `--frames and --size make recordings of ${(bytes / 1e6).toFixed(0)} MB (${frames} frames of ${width} × ${height}), ` +
          `expected at most ${mostRecordingBytes / 1e6} MB`,
      );
    }
  }
  return request;
}

const sceneNames = Object.keys(simulationScenes) as SimulationSceneName[];

function scenesOf(typed: readonly string[] | undefined): readonly SimulationSceneName[] {
  if (typed === undefined || isAll(typed)) return sceneNames;
  const chosen = chosenFrom(typed, sceneNames, "scenes");
  return sceneNames.filter((name) => chosen.has(name));
}

function methodsOf(typed: readonly string[] | undefined): readonly EvaluatedMethod[] {
  if (typed === undefined) return evaluatedMethods.filter(({ isDefault }) => isDefault);
  if (isAll(typed)) return evaluatedMethods;
  const names = evaluatedMethods.map(({ name }) => name);
  const chosen = chosenFrom(typed, names, "methods");
  return evaluatedMethods.filter(({ name }) => chosen.has(name) || (baselines as readonly string[]).includes(name));
}

function isAll(typed: readonly string[]): boolean {
  return typed.length === 1 && typed[0] === "all";
}

function chosenFrom(typed: readonly string[], names: readonly string[], option: string): ReadonlySet<string> {
  if (typed.length === 0) throw new WrongUsage(`--${option} is empty, expected all or any of ${names.join(", ")}`);
  for (const name of typed) {
    if (names.includes(name)) continue;
    const near = nearestName(name, names);
    const advice = near === null ? `expected all or any of ${names.join(", ")}` : `did you mean ${near}?`;
    throw new WrongUsage(`--${option} has "${name}" in it; ${advice}`);
  }
  return new Set(typed);
}

function pathOf(parsed: ParsedArguments, option: string): string | null {
  const typed = parsed.text(option);
  return typed === undefined ? null : resolve(typed);
}

async function pageOf(report: QualityReport, shown: readonly ShownScene[], signal: AbortSignal): Promise<string> {
  const drawn = [];
  for (const scene of shown) {
    signal.throwIfAborted();
    drawn.push(await drawScene(scene));
  }
  return reportPage(
    report,
    drawn.filter((scene) => scene !== null),
  );
}

function writeText(path: string, text: string): Promise<void> {
  return writeWholeFile(path, (sink) => sink.write(0, new TextEncoder().encode(text)));
}
