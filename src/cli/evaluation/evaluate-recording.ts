import type { EngineRequest } from "../../core/configuration.js";
import { SlnetError } from "../../core/errors.js";
import { MethodScore, type CleanedFrame, type MethodFigures } from "../../core/evaluation/method-score.js";
import { truthOf } from "../../core/evaluation/recording-truth.js";
import { scoredFrames } from "../../core/evaluation/scored-frames.js";
import type { SampleArray } from "../../core/frames.js";
import type { Localizations } from "../../core/localization/localization.js";
import { cameraOfStack } from "../../core/minimum-background.js";
import type { ModelFile } from "../../core/model.js";
import { createSimulation, type SimulationOptions } from "../../core/simulation.js";
import { simulatedNoise } from "../../core/simulation-options.js";
import type { CleaningMethod } from "../../protocol/api.js";
import type { CleaningRun, ClientStack, SlnetClient } from "../../protocol/client.js";
import { BlindCleaning } from "./blind-cleaning.js";
import type { EvaluatedMethod, WorkerCleaning } from "./methods.js";

/** One recording to be measured on. */
export interface RecordingRequest {
  readonly simulation: SimulationOptions;
  readonly methods: readonly EvaluatedMethod[];
  /** Detection thresholds at which a method is scored. */
  thresholdFactorsOf(method: EvaluatedMethod): readonly number[];
  /** Frames to score. */
  readonly scoredFrameCount: number;
  readonly engine: EngineRequest;
  /** Whether frames are kept for pictures. */
  readonly keepsPictures: boolean;
}

/** What one method made of one recording. */
export interface RecordingResult {
  readonly method: string;
  /** At each threshold that was asked for. */
  readonly atThresholds: readonly RecordingFigures[];
  readonly shown: ShownFrame | null;
}

/** Figures of one method on one recording. */
export interface RecordingFigures extends MethodFigures {
  /** Frames of the recording for which the method gives nothing. */
  readonly lostFrames: number;
  /** Time to clean the whole recording, from the worker's memory into this thread; `null` for no cleaning. */
  readonly cleaningSeconds: number | null;
}

/** A frame for pictures, each `[height, width]` in ADU, and the localizations of all scored frames, at the first threshold. */
export interface ShownFrame extends RecordedFrame {
  /** `null` without a background. */
  readonly background: SampleArray | null;
  /** What the method leaves of it. */
  readonly left: SampleArray | null;
  readonly localizations: Localizations;
}

/** A recording with the engine that worked on it, `null` where none had to. */
export interface EvaluatedRecording {
  readonly results: readonly RecordingResult[];
  readonly countedEmitters: number;
  readonly trainingSeconds: number | null;
  readonly engine: string | null;
}

/**
 * Simulates a recording in the worker, trains on it, cleans it by each method, and scores some of its frames here. The
 * recording and its cleaned frames are never here as a whole: of each method one block at a time, and of the scored
 * frames the recorded counts and the truth.
 *
 * @param say - what is being done
 */
export async function evaluateRecording(
  client: SlnetClient,
  request: RecordingRequest,
  { signal, say }: { readonly signal: AbortSignal; say(stage: string): void },
): Promise<EvaluatedRecording> {
  const { simulation: options, methods, engine } = request;
  const stack = await client.openStack({ type: "simulated", options }, { signal });
  say("simulating");
  // Makes every frame, so that the time of making them is in no method's.
  await lastOf(await stack.project(null, { ...wholeOf(options), lowRank: false, engine }, { signal }));
  const indices = scoredFrames(options.frames, request.scoredFrameCount);
  const truth = truthOf(createSimulation(options), indices);
  const frames: RecordedFrame[] = [];
  for (const index of indices) frames.push({ index, counts: await stack.readFrame(index, { signal }) });

  let trained: Awaited<ReturnType<typeof train>> | null = null;
  if (methods.some(({ cleaning }) => typeof cleaning === "object" && cleaning.needsModel)) {
    say("training");
    trained = await train(stack, engine, signal);
  }
  const results: RecordingResult[] = [];
  for (const method of methods) {
    say(method.name);
    const score = new MethodScore(options, truth, method.input, request.thresholdFactorsOf(method));
    const shownFrame = request.keepsPictures ? frames[frames.length >> 1] : undefined;
    let outcome: CleaningOutcome = { lostFrames: 0, cleaningSeconds: null, shown: null };
    if (typeof method.cleaning === "object") {
      const cleaning = cleaningOf(method.cleaning, trained?.model ?? null, options);
      const run = await stack.clean(cleaning, { ...wholeOf(options), engine }, { signal });
      outcome = await scoreBlocks(run, frames, score, shownFrame, options.frames);
    } else if (method.cleaning === "blind") {
      const blind = await BlindCleaning.train(stack, options, signal);
      for (const [position, frame] of frames.entries()) {
        const cleaned = cleanedBy(frame.counts, await blind.background(frame.index));
        score.add(position, frame.counts, cleaned);
        if (frame === shownFrame) outcome = { ...outcome, shown: cleaned };
      }
    } else {
      for (const [position, frame] of frames.entries()) {
        const background = method.cleaning === "truth" ? truth.backgrounds[position] : undefined;
        const cleaned = background ? cleanedBy(frame.counts, background) : null;
        score.add(position, frame.counts, cleaned);
        if (frame === shownFrame) outcome = { ...outcome, shown: cleaned };
      }
    }
    const { lostFrames, cleaningSeconds, shown } = outcome;
    const scores = score.finish();
    const [first] = scores;
    results.push({
      method: method.name,
      atThresholds: scores.map(({ figures }) => ({ ...figures, lostFrames, cleaningSeconds })),
      shown: shownFrame && first ? shownOf(shownFrame, shown, method, first.localizations) : null,
    });
  }
  await stack.close();
  const { countedEmitters } = truth;
  return { results, countedEmitters, trainingSeconds: trained?.seconds ?? null, engine: trained?.engine ?? null };
}

function shownOf(
  frame: RecordedFrame,
  cleaned: CleanedFrame | null,
  { input }: EvaluatedMethod,
  localizations: Localizations,
): ShownFrame {
  if (!cleaned) return { ...frame, background: null, left: null, localizations };
  const { sparse, lowRank: background } = cleaned;
  const signed = Float32Array.from(frame.counts, (count, i) => count - (background[i] ?? 0));
  return { ...frame, background, left: input === "sparse" ? sparse : signed, localizations };
}

interface RecordedFrame {
  readonly index: number;
  /** `[height, width]`, in ADU. */
  readonly counts: SampleArray;
}

interface CleaningOutcome extends Pick<RecordingFigures, "lostFrames" | "cleaningSeconds"> {
  /** What became of one frame. */
  readonly shown: CleanedFrame | null;
}

/** Takes the blocks of a cleaning as they come and scores what is in them of the frames. */
async function scoreBlocks(
  run: CleaningRun,
  frames: readonly RecordedFrame[],
  score: MethodScore,
  shownFrame: RecordedFrame | undefined,
  frameCount: number,
): Promise<CleaningOutcome> {
  let shown: CleanedFrame | null = null;
  let given = 0;
  let cleaningSeconds = 0;
  try {
    let started = performance.now();
    for await (const { from, to, sparse, lowRank } of run) {
      cleaningSeconds += (performance.now() - started) / 1000;
      if (!lowRank) throw new SlnetError("internal", "evaluate: the cleaning gave no background");
      given += to - from;
      for (const [position, frame] of frames.entries()) {
        if (frame.index < from || frame.index >= to) continue;
        const pixels = frame.counts.length;
        const start = (frame.index - from) * pixels;
        const cleaned = {
          sparse: sparse.subarray(start, start + pixels),
          lowRank: lowRank.subarray(start, start + pixels),
        };
        score.add(position, frame.counts, cleaned);
        if (frame === shownFrame) shown = { sparse: cleaned.sparse.slice(), lowRank: cleaned.lowRank.slice() };
      }
      started = performance.now();
    }
  } finally {
    await run.close();
  }
  return { lostFrames: frameCount - given, cleaningSeconds, shown };
}

function wholeOf({ frames }: SimulationOptions) {
  return { from: 0, to: frames, lowRank: true, tail: "shift" } as const;
}

function cleaningOf(cleaning: WorkerCleaning, model: ModelFile | null, recording: SimulationOptions): CleaningMethod {
  if (!cleaning.needsModel) {
    return cleaning.method({ ...cameraOfStack, ...simulatedNoise(recording) });
  }
  if (!model) throw new SlnetError("internal", "evaluate: a method that needs a model has none");
  return cleaning.method(model);
}

function cleanedBy(counts: SampleArray, background: Float32Array): CleanedFrame {
  return { lowRank: background, sparse: Float32Array.from(counts, (count, i) => count - (background[i] ?? 0)) };
}

/** With the default settings, as `slnet train` does. */
async function train(stack: ClientStack, engine: EngineRequest, signal: AbortSignal) {
  const started = performance.now();
  const run = await stack.train({ engine }, { signal });
  const model = (await lastOf(run))?.model;
  if (!model) throw new SlnetError("internal", "evaluate: the training ended without a model");
  return { model, seconds: (performance.now() - started) / 1000, engine: run.plan.engine.name };
}

async function lastOf<Report>(reports: AsyncIterable<Report>): Promise<Report | null> {
  let last: Report | null = null;
  for await (const report of reports) last = report;
  return last;
}
