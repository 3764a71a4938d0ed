import { proxy, transfer, wrap, type Endpoint, type Remote } from "comlink";

import { errorMessage, SlnetError } from "../core/errors.js";
import type { SampleArray, StackDescription, StackRegion, StackSelection } from "../core/frames.js";
import type { ModelFile } from "../core/model.js";
import type { SimulationRequest } from "../core/simulation.js";
import type {
  CleanedBlock,
  CleaningMethod,
  CleaningOptions,
  CleaningPlan,
  EngineReport,
  EvaluationReport,
  FrameStatistics,
  JobId,
  MergingPlan,
  PixelPath,
  ProfileOptions,
  ProfilePlan,
  ProfileReport,
  ProjectionReport,
  RemoteFrames,
  RunEstimate,
  SavedPart,
  SaveTarget,
  SavingOptions,
  SavingPlan,
  SavingReport,
  SlnetWorkerApi,
  StackId,
  StackInput,
  SurveyReport,
  TrainingPlan,
  TrainingReport,
  WorkerSettings,
} from "./api.js";
import type { LocalizationBlock, LocalizationOptions, LocalizationPlan } from "./localization-api.js";
import { fromWireError, type Reply } from "./reply.js";

/** A started worker, of the browser or of Node, as the client sees it. */
export interface WorkerLink {
  readonly endpoint: Endpoint;
  /** Calls back once when the worker failed to start, crashed or ended. */
  onLost(callback: (error: SlnetError) => void): void;
  /** Ends the worker at once. */
  terminate(): void;
}

/** What every call takes. An abort rejects with the reason of the signal. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Where a stack comes from, as the caller gives it: a layer together with its frames. */
export type StackSource =
  | Exclude<StackInput, { readonly type: "frames" }>
  | (Extract<StackInput, { readonly type: "frames" }> & { readonly frames: RemoteFrames });

/** A job that gives its results one after the other. Leaving the loop early, an error and an abort all close it. */
export interface Run<Report, Plan> extends AsyncIterable<Report> {
  readonly plan: Plan;
  /** Frees what the job holds. Closing twice is fine. */
  close(): Promise<void>;
}

/** A training under way: iterating over it pulls its reports. */
export interface TrainingRun extends Run<TrainingReport, TrainingPlan> {
  /** Frame `index` cleaned with the weights as they are now: `[height, width]`, in ADU. */
  preview(index: number, options?: CallOptions): Promise<Float32Array<ArrayBuffer>>;
}

/** Stays open after the last block, so that single frames can be asked for again, until `close`. */
export interface CleaningRun extends Run<CleanedBlock, CleaningPlan> {
  /** One frame again: `[height, width]`, in ADU. */
  frame(index: number, options?: CallOptions): Promise<Pick<CleanedBlock, "sparse" | "lowRank">>;
}

/** Stays open after the last report, so that its files can be taken, until `close`, which deletes private files. */
export interface SavingRun extends Run<SavingReport, SavingPlan> {
  /** Ends early: what is written so far becomes a whole, shorter file. */
  finish(): Promise<void>;
  /** The file of a part that was written to a `private-file`. */
  file(part: SavedPart["part"]): Promise<File>;
}

/** What computes an evaluation. */
export interface EvaluationPlan {
  readonly engine: EngineReport;
  readonly notices: readonly string[];
}

/** Images of many frames under way. */
export type ProjectionRun = Run<ProjectionReport, CleaningPlan>;
/** Pixels of a path over the frames under way. */
export type ProfileRun = Run<ProfileReport, ProfilePlan>;
/** A survey under way. */
export type SurveyRun = Run<SurveyReport, null>;

/** Options of a training beside its configuration. */
export interface TrainingCallOptions extends CallOptions {
  /** Goes on from this model. */
  readonly checkpoint?: ModelFile | null;
  /** Trains on this part of the stack alone. */
  readonly region?: StackRegion | null;
}

const startTimeLimitMs = 20_000;

/**
 * The caller's side of the worker, the same for page and command line.
 *
 * @throws {@link SlnetError} `worker-lost` where the worker does not answer within 20 s
 */
export async function connectClient(
  link: WorkerLink,
  settings: WorkerSettings = { assetsBaseUrl: null },
): Promise<SlnetClient> {
  const client = new SlnetClient(link);
  const timer = setTimeout(() => {
    client.lose(
      new SlnetError("worker-lost", `the worker did not answer within ${startTimeLimitMs / 1000} s of its start`),
    );
  }, startTimeLimitMs);
  try {
    await client.call((api) => api.hello(settings));
    return client;
  } catch (error) {
    client.dispose();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A worker as the page sees it: opens stacks and simulates. What is pulled is computed, and nothing ahead of it but a
 * bounded few blocks.
 */
export class SlnetClient {
  readonly #link: WorkerLink;
  readonly #api: Remote<SlnetWorkerApi>;
  readonly #pending = new Set<(error: unknown) => void>();
  readonly #lostListeners = new Set<(error: SlnetError) => void>();
  #lost: SlnetError | null = null;

  constructor(link: WorkerLink) {
    this.#link = link;
    this.#api = wrap<SlnetWorkerApi>(link.endpoint);
    link.onLost((error) => this.lose(error));
  }

  /** Calls back once when the worker is lost; not when the client is disposed. */
  onLost(callback: (error: SlnetError) => void): void {
    this.#lostListeners.add(callback);
  }

  /**
   * Opens a stack. Frames that the caller holds are asked for through a proxy.
   *
   * @throws {@link SlnetError} `choice-needed` where the file holds several and `selection` does not say which
   */
  async openStack(
    source: StackSource,
    { signal, selection = {} }: CallOptions & { readonly selection?: StackSelection } = {},
  ): Promise<ClientStack> {
    const { input, frames } = splitSource(source);
    const { stack, description } = await this.#open(
      (api) => api.openStack(input, selection, frames && proxiedFrames(frames)),
      (api, opened) => api.closeStack(opened.stack),
      signal,
    );
    return new ClientStack(this, stack, description);
  }

  /** Writes a simulated stack, and its truth where a directory for it is given. Node only. */
  async simulate(
    options: SimulationRequest,
    target: SaveTarget,
    truthDirectory: string | null,
    { signal }: CallOptions = {},
  ): Promise<Run<SavingReport, null>> {
    const { job } = await this.openJob((api) => api.openSimulation(options, target, truthDirectory), signal);
    return this.run(job, null, (api) => api.nextSimulationReport(job), signal);
  }

  /**
   * Checks that all shards of an output are there and are what was written, and makes the file of them that one run would
   * have written. What was there under its name is replaced. Node only.
   *
   * @param path - of the output, as the shards were given it
   * @throws {@link SlnetError} `bad-input` where a shard is missing, or of another cleaning
   */
  async merge(path: string, { signal }: CallOptions = {}): Promise<Run<SavingReport, MergingPlan>> {
    const { job, plan } = await this.openJob((api) => api.openMerging(path), signal);
    return this.run(job, plan, (api) => api.nextMergingReport(job), signal);
  }

  /** Ends the worker. Every call under way and every later one is refused. */
  dispose(): void {
    this.#lostListeners.clear();
    this.lose(new SlnetError("worker-lost", "the worker was disposed"));
  }

  /** @internal Refuses everything from now on and stops the worker. */
  lose(error: SlnetError): void {
    if (this.#lost) return;
    this.#lost = error;
    for (const reject of this.#pending) reject(error);
    this.#pending.clear();
    this.#link.terminate();
    for (const listener of this.#lostListeners) listener(error);
  }

  /** @internal One call; settles at once on an abort or when the worker is lost, whatever the worker does. */
  call<T>(invoke: (api: Remote<SlnetWorkerApi>) => Promise<Reply<T>>, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#lost) throw this.#lost;
      signal?.throwIfAborted();
      const onAbort = (): void => fail(signal?.reason);
      const settle = (): void => {
        this.#pending.delete(fail);
        signal?.removeEventListener("abort", onAbort);
      };
      const fail = (error: unknown): void => {
        settle();
        // An abort rejects with the reason of its signal, which may be any value.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(error);
      };
      this.#pending.add(fail);
      signal?.addEventListener("abort", onAbort, { once: true });
      invoke(this.#api).then(
        (reply) => {
          settle();
          if (reply.ok) resolve(reply.value);
          else reject(fromWireError(reply.error));
        },
        (error: unknown) => fail(unsendable(error)),
      );
    });
  }

  /** @internal Opens a job; one that opens only after an abort is closed again. */
  openJob<T extends { readonly job: JobId }>(
    invoke: (api: Remote<SlnetWorkerApi>) => Promise<Reply<T>>,
    signal?: AbortSignal,
  ): Promise<T> {
    return this.#open(invoke, (api, opened) => api.closeJob(opened.job), signal);
  }

  /** @internal A run over a job that is closed when the loop over it ends, for whatever reason. */
  run<Report, Plan>(
    job: JobId,
    plan: Plan,
    next: (api: Remote<SlnetWorkerApi>) => Promise<Reply<Report | null>>,
    signal?: AbortSignal,
  ): Run<Report, Plan> {
    const close = (): Promise<void> => this.closeJob(job);
    const pull = (): AsyncGenerator<Report> => this.pull(next, signal);
    return {
      plan,
      close,
      async *[Symbol.asyncIterator]() {
        try {
          yield* pull();
        } finally {
          await close();
        }
      },
    };
  }

  /** @internal The reports of a job that stays open after them. */
  async *pull<Report>(
    next: (api: Remote<SlnetWorkerApi>) => Promise<Reply<Report | null>>,
    signal?: AbortSignal,
  ): AsyncGenerator<Report> {
    for (;;) {
      const report = await this.call(next, signal);
      if (report === null) return;
      yield report;
    }
  }

  /** @internal Closes a job; quietly where the worker is gone, and the job with it. */
  async closeJob(job: JobId): Promise<void> {
    if (!this.#lost) await this.#quietly(this.call((api) => api.closeJob(job)));
  }

  /** @internal */
  async closeStack(stack: StackId): Promise<void> {
    if (!this.#lost) await this.#quietly(this.call((api) => api.closeStack(stack)));
  }

  async #quietly(closing: Promise<unknown>): Promise<void> {
    try {
      await closing;
    } catch (error) {
      if (!this.#lost) throw error;
    }
  }

  async #open<T>(
    invoke: (api: Remote<SlnetWorkerApi>) => Promise<Reply<T>>,
    closeLate: (api: Remote<SlnetWorkerApi>, opened: T) => Promise<unknown>,
    signal?: AbortSignal,
  ): Promise<T> {
    let answer: Promise<Reply<T>> | null = null;
    try {
      return await this.call((api) => (answer = invoke(api)), signal);
    } catch (error) {
      const late = answer as Promise<Reply<T>> | null;
      if (signal?.aborted) void late?.then((reply) => (reply.ok ? closeLate(this.#api, reply.value) : null));
      throw error;
    }
  }
}

/** A stack that the worker has open. */
export class ClientStack {
  readonly #client: SlnetClient;
  readonly #stack: StackId;

  constructor(
    client: SlnetClient,
    stack: StackId,
    readonly description: StackDescription,
  ) {
    this.#client = client;
    this.#stack = stack;
  }

  /** One frame in the sample type of the stack: `[height, width]`, row 0 at the top. */
  readFrame(index: number, { signal }: CallOptions = {}): Promise<SampleArray> {
    return this.#client.call((api) => api.readFrame(this.#stack, index), signal);
  }

  /** Sum, minimum and maximum of one frame, of the values as the file stores them. */
  frameStatistics(index: number, { signal }: CallOptions = {}): Promise<FrameStatistics> {
    return this.#client.call((api) => api.frameStatistics(this.#stack, index), signal);
  }

  /**
   * Trains on this stack, or goes on from a checkpoint. Each report carries the model as it stands, so stopping early
   * loses nothing.
   *
   * @param options - by `SlnetConfiguration` name; what is missing takes its default
   */
  async train(
    options: Readonly<Record<string, unknown>>,
    { signal, checkpoint = null, region = null }: TrainingCallOptions = {},
  ): Promise<TrainingRun> {
    const client = this.#client;
    const { job, plan } = await client.openJob(
      (api) => api.openTraining(this.#stack, options, checkpoint, region),
      signal,
    );
    return {
      ...client.run(job, plan, (api) => api.nextTrainingReport(job), signal),
      preview: (index, preview = {}) => client.call((api) => api.previewFrame(job, index), preview.signal),
    };
  }

  /** Cleans frames and gives them block by block, in frame order. */
  async clean(method: CleaningMethod, options: CleaningOptions, { signal }: CallOptions = {}): Promise<CleaningRun> {
    const client = this.#client;
    const { job, plan } = await client.openJob((api) => api.openCleaning(this.#stack, method, options), signal);
    return {
      plan,
      frame: (index, frame = {}) => client.call((api) => api.cleanFrame(job, index), frame.signal),
      close: () => client.closeJob(job),
      [Symbol.asyncIterator]: () => client.pull((api) => api.nextBlock(job), signal),
    };
  }

  /** Cleans frames and writes them, without sending a pixel to this thread. */
  async save(
    method: CleaningMethod,
    options: CleaningOptions,
    parts: readonly SavedPart[],
    { signal, ...saving }: CallOptions & SavingOptions = {},
  ): Promise<SavingRun> {
    const client = this.#client;
    const { job, plan } = await client.openJob(
      (api) => api.openSaving(this.#stack, method, options, parts, saving),
      signal,
    );
    return {
      plan,
      async finish() {
        await client.call((api) => api.finishSaving(job));
      },
      file: (part) => client.call((api) => api.savedFile(job, part)),
      close: () => client.closeJob(job),
      [Symbol.asyncIterator]: () => client.pull((api) => api.nextSavingReport(job), signal),
    };
  }

  /** Measures a model on this stack. The last report has the figures. */
  async evaluate(
    model: ModelFile,
    options: Readonly<Record<string, unknown>>,
    { signal }: CallOptions = {},
  ): Promise<Run<EvaluationReport, EvaluationPlan>> {
    const client = this.#client;
    const opened = await client.openJob((api) => api.openEvaluation(this.#stack, model, options), signal);
    const { job, engine, notices } = opened;
    return client.run(job, { engine, notices }, (api) => api.nextEvaluationReport(job), signal);
  }

  /**
   * Maximum, mean and standard deviation over time, before and after cleaning. The last report has them.
   *
   * @param method - `null`: of the raw frames alone
   */
  async project(
    method: CleaningMethod | null,
    options: CleaningOptions,
    { signal }: CallOptions = {},
  ): Promise<ProjectionRun> {
    const client = this.#client;
    const { job, plan } = await client.openJob((api) => api.openProjection(this.#stack, method, options), signal);
    return client.run(job, plan, (api) => api.nextProjectionReport(job), signal);
  }

  /** The pixels of a path over time, raw and cleaned, part by part. @param method - `null`: raw alone */
  async profile(
    method: CleaningMethod | null,
    path: PixelPath,
    options: ProfileOptions,
    { signal }: CallOptions = {},
  ): Promise<ProfileRun> {
    const client = this.#client;
    const { job, plan } = await client.openJob((api) => api.openProfile(this.#stack, method, path, options), signal);
    return client.run(job, plan, (api) => api.nextProfileReport(job), signal);
  }

  /**
   * Looks at a sample of the frames. The last report says what it found.
   *
   * @param region - looks at this part alone
   * @param options - by `SlnetConfiguration` name: what the warnings are about
   */
  async survey(
    region: StackRegion | null,
    options: Readonly<Record<string, unknown>>,
    { signal }: CallOptions = {},
  ): Promise<SurveyRun> {
    const client = this.#client;
    const { job } = await client.openJob((api) => api.openSurvey(this.#stack, region, options), signal);
    return client.run(job, null, (api) => api.nextSurveyReport(job), signal);
  }

  /** How long a training and the cleaning after it would take, and how much memory. Takes about a second. */
  estimate(
    options: Readonly<Record<string, unknown>>,
    region: StackRegion | null,
    { signal }: CallOptions = {},
  ): Promise<RunEstimate> {
    return this.#client.call((api) => api.estimateRun(this.#stack, options, region), signal);
  }

  /**
   * Finds and fits the emitters of frames, and gives them block by block, in frame order.
   *
   * @param method - how the background is found; `null`: it is not known, and a flat one is fitted under each spot
   */
  async localize(
    method: CleaningMethod | null,
    options: LocalizationOptions,
    { signal }: CallOptions = {},
  ): Promise<Run<LocalizationBlock, LocalizationPlan>> {
    const client = this.#client;
    const opened = await client.openJob((api) => api.openLocalization(this.#stack, method, options), signal);
    const { job, plan } = opened;
    return client.run(job, plan, (api) => api.nextLocalizations(job), signal);
  }

  /** @internal For calls that are loaded later than this file. */
  calling<Result>(call: (client: SlnetClient, stack: StackId) => Result): Result {
    return call(this.#client, this.#stack);
  }

  /** Closes the stack in the worker. Jobs on it must be closed before. */
  close(): Promise<void> {
    return this.#client.closeStack(this.#stack);
  }
}

/** What was given holds a function or the like: told as what is wrong with it. Any other error as it is. */
function unsendable(error: unknown): unknown {
  if (!(error instanceof DOMException) || error.name !== "DataCloneError") return error;
  const what = `what was given cannot be sent to the worker, expected plain data: ${errorMessage(error)}`;
  return new SlnetError("bad-input", what, { cause: error });
}

function splitSource(source: StackSource): { readonly input: StackInput; readonly frames: RemoteFrames | null } {
  if (source.type !== "frames") return { input: source, frames: null };
  const { frames, ...input } = source;
  return { input, frames };
}

function proxiedFrames(frames: RemoteFrames): RemoteFrames {
  return proxy({
    async read(index: number) {
      // A copy is moved: the host goes on showing its own frame.
      const samples = (await frames.read(index)).slice();
      return transfer(samples, [samples.buffer]);
    },
  });
}
