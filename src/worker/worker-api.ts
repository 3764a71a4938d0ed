import { transfer } from "comlink";

import { SlnetError } from "../core/errors.js";
import { createSamples, framePixels, type StackReader } from "../core/frames.js";
import { localizationBuffers } from "../core/localization/localization.js";
import { checkedModel } from "../core/model.js";
import { slnetWebVersion } from "../core/version.js";
import type { JobId, SlnetWorkerApi, StackId } from "../protocol/api.js";
import { toWireError, type Reply } from "../protocol/reply.js";
import { EngineRoom } from "./engines/start-engine.js";
import { CleaningJob } from "./jobs/cleaning-job.js";
import { EvaluationJob } from "./jobs/evaluation-job.js";
import { LocalizationJob } from "./jobs/localization-job.js";
import { SavingJob } from "./jobs/saving-job.js";
import { SimulationJob } from "./jobs/simulation-job.js";
import { TrainingJob } from "./jobs/training-job.js";
import type { ComparisonJob } from "./jobs/comparison-job.js";
import type { MergingJob } from "./jobs/merging-job.js";
import type { ProfileJob } from "./jobs/profile-job.js";
import type { ProjectionJob } from "./jobs/projection-job.js";
import type { SurveyJob } from "./jobs/survey-job.js";
import type { Platform } from "./platform/platform.js";
import { openStack } from "./readers/open-stack.js";
import { storedStatistics } from "./readers/stored-statistics.js";

type Work =
  | { readonly type: "training"; readonly job: TrainingJob }
  | { readonly type: "cleaning"; readonly job: CleaningJob }
  | { readonly type: "saving"; readonly job: SavingJob }
  | { readonly type: "evaluation"; readonly job: EvaluationJob }
  | { readonly type: "localization"; readonly job: LocalizationJob }
  | { readonly type: "comparison"; readonly job: ComparisonJob }
  | { readonly type: "simulation"; readonly job: SimulationJob }
  | { readonly type: "merging"; readonly job: MergingJob }
  | { readonly type: "projection"; readonly job: ProjectionJob }
  | { readonly type: "profile"; readonly job: ProfileJob }
  | { readonly type: "survey"; readonly job: SurveyJob };

interface OpenJob {
  readonly work: Work;
  readonly abort: AbortController;
  /** Calls on one job run one after the other. */
  last: Promise<unknown>;
}

/** The API that the worker exposes. Nothing of it throws: each answer is a {@link Reply}. */
export function createWorkerApi(platform: Platform): SlnetWorkerApi {
  let assetsBaseUrl = platform.defaultAssetsUrl;
  const room = new EngineRoom(() => assetsBaseUrl);
  const stacks = new Map<StackId, StackReader>();
  const jobs = new Map<JobId, OpenJob>();
  let lastId = 0;

  const stackOf = (id: StackId): StackReader => {
    const reader = stacks.get(id);
    if (!reader) throw new SlnetError("bad-input", `there is no open stack ${String(id)}`);
    return reader;
  };
  const openJob = (work: Work): JobId => {
    const id = ++lastId as JobId;
    jobs.set(id, { work, abort: new AbortController(), last: Promise.resolve() });
    return id;
  };
  /** Runs a call on a job of the given type, after those before it. */
  const onJob = <K extends Work["type"], T>(
    id: JobId,
    type: K,
    call: (work: Extract<Work, { type: K }>, signal: AbortSignal) => Promise<T>,
    moved?: (value: T) => Transferable[],
  ): Promise<Reply<T>> =>
    reply(() => {
      const open = jobs.get(id);
      if (open?.work.type !== type) throw new SlnetError("bad-input", `there is no open ${type} job ${String(id)}`);
      const { signal } = open.abort;
      const result = open.last.then(() => {
        signal.throwIfAborted();
        return call(open.work as Extract<Work, { type: K }>, signal);
      });
      open.last = result.catch(() => undefined);
      return result;
    }, moved);

  return {
    hello: (settings) =>
      reply(() => {
        if (settings.assetsBaseUrl !== null) assetsBaseUrl = new URL("./", settings.assetsBaseUrl).href;
        return { version: slnetWebVersion };
      }),

    openStack: (input, selection, frames) =>
      reply(async () => {
        const reader = await openStack(input, selection, frames, platform, assetsBaseUrl);
        const stack = ++lastId as StackId;
        stacks.set(stack, reader);
        return { stack, description: reader.description };
      }),

    readFrame: (stack, index) =>
      reply(
        async () => {
          const reader = stackOf(stack);
          const { shape } = reader.description;
          requireFrame(reader, index);
          const samples = createSamples(shape.type, framePixels(shape));
          await reader.readFrames(index, index + 1, samples);
          return samples;
        },
        (samples) => [samples.buffer as ArrayBuffer],
      ),

    frameStatistics: (stack, index) =>
      reply(() => {
        const reader = stackOf(stack);
        requireFrame(reader, index);
        return storedStatistics(reader, index);
      }),

    closeStack: (stack) =>
      reply(async () => {
        const reader = stacks.get(stack);
        stacks.delete(stack);
        await reader?.close();
        return null;
      }),

    openTraining: (stack, options, checkpoint, region) =>
      reply(async () => {
        const model = checkpoint && checkedModel(checkpoint);
        const job = await TrainingJob.open(stackOf(stack), options, model, region, room);
        return { job: openJob({ type: "training", job }), plan: job.plan };
      }),

    nextTrainingReport: (id) => onJob(id, "training", ({ job }, signal) => job.next(signal)),

    // Not behind the calls on the job: the frame is wanted while a training step runs.
    previewFrame: (id, index) =>
      reply(
        async () => {
          const open = jobs.get(id);
          if (open?.work.type !== "training")
            throw new SlnetError("bad-input", `there is no open training job ${String(id)}`);
          return open.work.job.preview(index);
        },
        (sparse) => [sparse.buffer],
      ),

    openCleaning: (stack, method, options) =>
      reply(async () => {
        const float = { type: "float32", offsetAdu: 0 } as const;
        const outputs = { sparse: float, lowRank: options.lowRank ? float : null };
        const job = await CleaningJob.open(stackOf(stack), method, options, outputs, room);
        return { job: openJob({ type: "cleaning", job }), plan: job.plan };
      }),

    nextBlock: (id) => onJob(id, "cleaning", ({ job }, signal) => job.next(signal), buffersOf),

    cleanFrame: (id, index) => onJob(id, "cleaning", ({ job }, signal) => job.frame(index, signal), buffersOf),

    openSaving: (stack, method, options, parts, saving) =>
      reply(async () => {
        const job = await SavingJob.open(stackOf(stack), method, options, parts, saving, room, platform);
        return { job: openJob({ type: "saving", job }), plan: job.plan };
      }),

    nextSavingReport: (id) => onJob(id, "saving", ({ job }, signal) => job.next(signal)),

    savedFile: (id, part) => onJob(id, "saving", ({ job }) => job.file(part)),

    finishSaving: (id) =>
      onJob(id, "saving", async ({ job }) => {
        await job.finish();
        return null;
      }),

    openEvaluation: (stack, model, options) =>
      reply(async () => {
        const job = await EvaluationJob.open(stackOf(stack), checkedModel(model), options, room);
        return { job: openJob({ type: "evaluation", job }), engine: job.engine, notices: job.notices };
      }),

    nextEvaluationReport: (id) => onJob(id, "evaluation", ({ job }, signal) => job.next(signal)),

    // What looks at a stack is loaded when it is first asked for.
    openProjection: (stack, method, options) =>
      reply(async () => {
        const { ProjectionJob } = await import("./jobs/projection-job.js");
        const job = await ProjectionJob.open(stackOf(stack), method, options, room);
        return { job: openJob({ type: "projection", job }), plan: job.plan };
      }),

    nextProjectionReport: (id) =>
      onJob(
        id,
        "projection",
        ({ job }, signal) => job.next(signal),
        (report) => {
          const { raw, sparse, lowRank } = report?.projections ?? { raw: null, sparse: null, lowRank: null };
          return [raw, sparse, lowRank].flatMap((part) =>
            part ? [part.maximum.buffer, part.mean.buffer, part.standardDeviation.buffer] : [],
          );
        },
      ),

    openProfile: (stack, method, path, options) =>
      reply(async () => {
        const { ProfileJob } = await import("./jobs/profile-job.js");
        const job = await ProfileJob.open(stackOf(stack), method, path, options, room);
        return { job: openJob({ type: "profile", job }), plan: job.plan };
      }),

    nextProfileReport: (id) =>
      onJob(
        id,
        "profile",
        ({ job }, signal) => job.next(signal),
        (report) =>
          report ? [report.raw, report.sparse, report.lowRank].flatMap((part) => (part ? [part.buffer] : [])) : [],
      ),

    openSurvey: (stack, region, options) =>
      reply(async () => {
        const { SurveyJob } = await import("./jobs/survey-job.js");
        const job = SurveyJob.open(stackOf(stack), region, options);
        return { job: openJob({ type: "survey", job }) };
      }),

    nextSurveyReport: (id) => onJob(id, "survey", ({ job }, signal) => job.next(signal)),

    estimateRun: (stack, options, region) =>
      reply(async () => {
        const { estimateRun } = await import("./jobs/estimate-run.js");
        return estimateRun(stackOf(stack), options, region, room);
      }),

    openSimulation: (options, target, truthDirectory) =>
      reply(async () => {
        const job = await SimulationJob.open(options, target, truthDirectory, platform);
        return { job: openJob({ type: "simulation", job }) };
      }),

    nextSimulationReport: (id) => onJob(id, "simulation", ({ job }, signal) => job.next(signal)),

    openMerging: (path) =>
      reply(async () => {
        const { MergingJob } = await import("./jobs/merging-job.js");
        const job = await MergingJob.open(path, platform, assetsBaseUrl);
        return { job: openJob({ type: "merging", job }), plan: job.plan };
      }),

    nextMergingReport: (id) => onJob(id, "merging", ({ job }, signal) => job.next(signal)),

    openLocalization: (stack, method, options) =>
      reply(async () => {
        const job = await LocalizationJob.open(stackOf(stack), method, options, room);
        return { job: openJob({ type: "localization", job }), plan: job.plan };
      }),

    nextLocalizations: (id) =>
      onJob(
        id,
        "localization",
        ({ job }, signal) => job.next(signal),
        (block) =>
          block
            ? [...localizationBuffers(block.localizations), ...(block.picture ? [block.picture.image.buffer] : [])]
            : [],
      ),

    openComparison: (stack, methods, options) =>
      reply(async () => {
        const { ComparisonJob } = await import("./jobs/comparison-job.js");
        const job = new ComparisonJob(stackOf(stack), methods, options, room);
        return { job: openJob({ type: "comparison", job }) };
      }),

    nextComparisonReport: (id) => onJob(id, "comparison", ({ job }, signal) => job.next(signal)),

    estimateComparison: (stack, methods, options) =>
      reply(async () => {
        const { estimateComparison } = await import("./jobs/comparison-job.js");
        return estimateComparison(stackOf(stack), methods, options, room);
      }),

    closeJob: (id) =>
      reply(async () => {
        const open = jobs.get(id);
        jobs.delete(id);
        open?.abort.abort(new SlnetError("bad-input", `job ${id} was closed`));
        if (!open) return null;
        const { job, type } = open.work;
        const closed = open.last.then(() => job.close());
        // Computing ends at its next pause, and nobody waits for it; files are closed after the block under way.
        if (type === "saving" || type === "simulation" || type === "merging") await closed;
        else closed.catch(() => undefined);
        return null;
      }),
  };
}

function requireFrame({ description: { name, shape } }: StackReader, index: number): void {
  if (Number.isInteger(index) && index >= 0 && index < shape.frames) return;
  throw new SlnetError("bad-input", `${name}: frame ${index} does not exist, expected 0 to ${shape.frames - 1}`);
}

/** Runs a call and packs its value or error; `moved` names the buffers of the value that are moved, not copied. */
async function reply<T>(call: () => T | Promise<T>, moved?: (value: T) => Transferable[]): Promise<Reply<T>> {
  try {
    const value = await call();
    return transfer({ ok: true, value } as const, moved?.(value) ?? []);
  } catch (error) {
    return { ok: false, error: toWireError(error) };
  }
}

function buffersOf(
  block: { readonly sparse: Float32Array; readonly lowRank: Float32Array | null } | null,
): Transferable[] {
  if (!block) return [];
  const { sparse, lowRank } = block;
  return [sparse, lowRank].flatMap((samples) => (samples ? [samples.buffer as ArrayBuffer] : []));
}
