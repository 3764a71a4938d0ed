import type { EngineRequest } from "../core/configuration.js";
import { SlnetError } from "../core/errors.js";
import type { StackMetadata, StackRegion, StackSelection } from "../core/frames.js";
import { defaultMaskedWindowFrames } from "../core/masked-mean.js";
import type { EvaluationFigures } from "../core/metrics.js";
import type { ModelFile } from "../core/model.js";
import { defaultMedianWindowFrames } from "../core/running-median.js";
import { abortable } from "./abortable.js";
import type {
  CleanedBlock,
  CleaningMethod,
  CleaningOptions,
  Progress,
  SavedPart,
  SaveTarget,
  SavingReport,
} from "./api.js";
import { ClientStack, type CallOptions, type SlnetClient, type StackSource } from "./client.js";

/** Something to work on: a file, an address, frames of the caller's own, or a stack from {@link HeadlessClient.open}. */
export type StackLike = Blob | URL | string | StackSource | ClientStack;

/** Options of {@link HeadlessClient}. */
export interface HeadlessOptions {
  /** For every call; default `auto`. */
  readonly engine?: EngineRequest;
}

/** Options of {@link HeadlessClient.open}, and of all that takes a stack. */
export interface StackOptions extends CallOptions {
  /** Which series, channel or slice, where the file holds several. */
  readonly selection?: StackSelection;
}

interface ProgressOptions {
  /** Is told how far the call is. */
  readonly onProgress?: (progress: Progress) => void;
}

/** Options of {@link HeadlessClient.train}. */
export interface HeadlessTraining extends StackOptions, ProgressOptions {
  /** By `SlnetConfiguration` name; what is missing takes its default. */
  readonly configuration?: Readonly<Record<string, unknown>>;
  /** Go on from this model. */
  readonly model?: ModelFile;
  /** Train on this part of the stack alone; frame numbers of the configuration count from its first frame. */
  readonly region?: StackRegion;
}

/** Which frames, and what of them. */
export interface FrameOptions extends StackOptions {
  /** First frame to clean, default 0. */
  readonly from?: number;
  /** The one after the last, default: all. */
  readonly to?: number;
  /** Give the background too; default false. */
  readonly lowRank?: boolean;
}

interface TailOptions {
  /** The last frames, whose window would reach past the end: `shift` (default) keeps them, `drop` leaves them out. */
  readonly tail?: CleaningOptions["tail"];
}

/** Options of {@link HeadlessClient.clean}. */
export interface HeadlessCleaning extends FrameOptions, TailOptions {
  readonly model: ModelFile;
}

/** Options of {@link HeadlessClient.median}. */
export interface HeadlessMedian extends FrameOptions {
  /** Frames around each frame, 3 to 2001, default 50; 0: the whole stack. */
  readonly windowFrames?: number;
}

/** Options of {@link HeadlessClient.maskedMean}. */
export interface HeadlessMaskedMean extends HeadlessCleaning {
  /** Frames around each frame, 6 to 2001, default 100. */
  readonly windowFrames?: number;
}

/** Options of {@link HeadlessClient.evaluate}. */
export interface HeadlessEvaluation extends StackOptions, ProgressOptions {
  readonly model: ModelFile;
  /** By `SlnetConfiguration` name; what is missing is taken from the model. */
  readonly configuration?: Readonly<Record<string, unknown>>;
}

/** Options of {@link HeadlessClient.save}. */
export interface HeadlessSaving extends Omit<FrameOptions, "lowRank">, TailOptions, ProgressOptions {
  readonly method: CleaningMethod;
  /** Where to: a path (Node), a file handle (page). */
  readonly target: Exclude<SaveTarget, { readonly type: "private-file" }>;
  /** Default `sparse`. */
  readonly part?: SavedPart["part"];
  /** Default `uint16`. */
  readonly type?: SavedPart["type"];
  /** Default `tiff`. */
  readonly format?: SavedPart["format"];
  /** Default `none`. */
  readonly compression?: SavedPart["compression"];
  /** Added to every pixel, in ADU; default: the offset of the camera where it is known, for 16-bit sparse frames. */
  readonly offsetAdu?: number | null;
  /** What replaces the metadata of the stack, and is written into the file. */
  readonly metadata?: Partial<StackMetadata>;
}

/**
 * SLNet without any element: trains, cleans and measures stacks in its worker. A worker that was lost fails the calls that
 * are under way with `worker-lost`; the next call starts another one. Calls may overlap: the worker takes turns.
 */
export class HeadlessClient {
  readonly #start: () => Promise<SlnetClient>;
  readonly #sourceOf: (place: string | URL) => StackSource;
  readonly #engine: EngineRequest;
  #client: Promise<SlnetClient> | null = null;
  #disposed = false;

  /**
   * @param start - starts a worker
   * @param sourceOf - what an address means here, or a text, which may be a path in Node
   */
  constructor(
    start: () => Promise<SlnetClient>,
    sourceOf: (place: string | URL) => StackSource,
    { engine = "auto" }: HeadlessOptions,
  ) {
    this.#start = start;
    this.#sourceOf = sourceOf;
    this.#engine = engine;
  }

  /**
   * Starts the worker, which otherwise happens with the first call.
   *
   * @throws {@link SlnetError} `worker-lost` where it cannot be started, or after `dispose`
   */
  async start(): Promise<void> {
    await this.#connect();
  }

  /**
   * Opens a stack for several calls. To be closed by the caller.
   *
   * @throws {@link SlnetError} `bad-input` or `unsupported` for what cannot be read; `choice-needed` where the file holds
   *   several stacks and `selection` does not say which
   */
  async open(stack: Exclude<StackLike, ClientStack>, options: StackOptions = {}): Promise<ClientStack> {
    options.signal?.throwIfAborted();
    const source = this.#source(stack);
    const client = await abortable(this.#connect(), options.signal);
    return client.openStack(source, options);
  }

  /**
   * Trains on a stack. An abort rejects with its reason.
   *
   * @returns the model: plain data that goes through `JSON.stringify`
   * @throws {@link SlnetError} `bad-input` for an option out of its range, or a stack of fewer frames than the temporal
   *   shifts need; `unsupported` where the engine that was asked for does not start
   */
  train(stack: StackLike, options: HeadlessTraining = {}): Promise<ModelFile> {
    const { signal, configuration = {}, model = null, region = null, onProgress } = options;
    return this.#with(stack, options, async (opened) => {
      const asked = { engine: this.#engine, stack: opened.description.name, ...configuration };
      const run = await opened.train(asked, { signal, checkpoint: model, region });
      return (await lastReport(run, "training", onProgress)).model;
    });
  }

  /**
   * Cleans a stack with a model and gives its frames block by block, in frame order. Work begins with the loop, and leaving
   * the loop ends it; a second loop cleans again.
   *
   * @returns blocks of frames [from, to): `sparse` and, where asked for, `lowRank`, each `[to − from, height, width]` in
   *   ADU; they are the caller's
   * @throws {@link SlnetError} `bad-input` at once without a model, and in the loop for a stack of fewer frames than its
   *   temporal shifts need
   */
  clean(stack: StackLike, options: HeadlessCleaning): AsyncIterable<CleanedBlock> {
    const { model } = requireObject(options, "clean", "options with a model");
    return this.#blocks(stack, { type: "slnet", model }, options);
  }

  /** The same with the running median for the background. */
  median(stack: StackLike, options: HeadlessMedian = {}): AsyncIterable<CleanedBlock> {
    return this.#blocks(
      stack,
      { type: "median", windowFrames: options.windowFrames ?? defaultMedianWindowFrames },
      options,
    );
  }

  /**
   * The same with the mean of the frames around, without the molecules that the model finds in them: it keeps their photons.
   * What is left of a frame has noise below 0.
   */
  maskedMean(stack: StackLike, options: HeadlessMaskedMean): AsyncIterable<CleanedBlock> {
    const { model, windowFrames = defaultMaskedWindowFrames } = requireObject(
      options,
      "maskedMean",
      "options with a model",
    );
    return this.#blocks(stack, { type: "masked-mean", model, windowFrames }, options);
  }

  /**
   * Measures a model on a stack.
   *
   * @throws {@link SlnetError} `bad-input` without a model, or for a stack of fewer frames than its temporal shifts need
   */
  async evaluate(stack: StackLike, options: HeadlessEvaluation): Promise<EvaluationFigures> {
    const {
      signal,
      model,
      configuration = {},
      onProgress,
    } = requireObject(options, "evaluate", "options with a model");
    return this.#with(stack, options, async (opened) => {
      const run = await opened.evaluate(model, { engine: this.#engine, ...configuration }, { signal });
      const { figures } = await lastReport(run, "evaluation", onProgress);
      if (figures) return figures;
      throw new SlnetError("internal", "the evaluation ended without figures");
    });
  }

  /**
   * Cleans a stack into a file, without bringing a pixel to this thread. A run that is stopped leaves a whole, shorter file.
   *
   * @returns the last report, with the number of pixels that did not fit the type
   * @throws {@link SlnetError} `bad-input` without a method or a target, or where the target cannot be written
   */
  async save(stack: StackLike, options: HeadlessSaving): Promise<SavingReport> {
    const asked = requireObject(options, "save", "options with a method and a target");
    const { signal, method, target, onProgress, part = "sparse", offsetAdu = null } = asked;
    const { type = "uint16", format = "tiff", compression = "none" } = options;
    requireObject(method, "save", "a method");
    requireObject(target, "save", "a target");
    return this.#with(stack, options, async (opened) => {
      const run = await opened.save(
        method,
        this.#cleaningOptions(opened, { ...options, lowRank: part === "low-rank" }),
        [{ part, target, type, offsetAdu, format, compression }],
        { signal, ...(options.metadata && { metadata: options.metadata }) },
      );
      try {
        return await lastReport(run, "saving", onProgress);
      } finally {
        await run.close();
      }
    });
  }

  /** Ends the worker. Every call under way and every later one rejects with `worker-lost`. */
  dispose(): void {
    this.#disposed = true;
    void this.#client?.then(
      (client) => client.dispose(),
      () => undefined,
    );
    this.#client = null;
  }

  #blocks(stack: StackLike, method: CleaningMethod, options: FrameOptions & TailOptions): AsyncIterable<CleanedBlock> {
    return { [Symbol.asyncIterator]: () => this.#pull(stack, method, options) };
  }

  async *#pull(
    stack: StackLike,
    method: CleaningMethod,
    options: FrameOptions & TailOptions,
  ): AsyncGenerator<CleanedBlock> {
    const opened = await this.#opened(stack, options);
    try {
      const run = await opened.clean(method, this.#cleaningOptions(opened, options), { signal: options.signal });
      try {
        yield* run;
      } finally {
        await run.close();
      }
    } finally {
      if (opened !== stack) await opened.close();
    }
  }

  #cleaningOptions(
    { description }: ClientStack,
    { from = 0, to, lowRank = false, tail = "shift" }: FrameOptions & TailOptions,
  ): CleaningOptions {
    return { from, to: to ?? description.shape.frames, lowRank, tail, engine: this.#engine };
  }

  async #with<T>(stack: StackLike, options: StackOptions, work: (opened: ClientStack) => Promise<T>): Promise<T> {
    const opened = await this.#opened(stack, options);
    try {
      return await work(opened);
    } finally {
      if (opened !== stack) await opened.close();
    }
  }

  async #opened(stack: StackLike, options: StackOptions): Promise<ClientStack> {
    return stack instanceof ClientStack ? stack : this.open(stack, options);
  }

  #source(stack: Exclude<StackLike, ClientStack>): StackSource {
    if (stack instanceof Blob) return { type: "file", file: stack, name: (stack as Partial<File>).name ?? "stack" };
    if (stack instanceof URL || (typeof stack === "string" && stack !== "")) return this.#sourceOf(stack);
    if (typeof (stack as Partial<StackSource> | null | undefined)?.type === "string") return stack as StackSource;
    const found = stack === "" ? "an empty text" : kindOf(stack);
    throw new SlnetError("bad-input", `the stack is ${found}, expected a file, an address, frames, or an open stack`);
  }

  #connect(): Promise<SlnetClient> {
    if (this.#disposed) return Promise.reject(new SlnetError("worker-lost", "the client was disposed of"));
    this.#client ??= this.#connectNow();
    return this.#client;
  }

  async #connectNow(): Promise<SlnetClient> {
    try {
      const client = await this.#start();
      client.onLost(() => (this.#client = null));
      return client;
    } catch (error) {
      this.#client = null;
      throw error;
    }
  }
}

/** Follows a run to its end. */
async function lastReport<Report extends { readonly progress: Progress }>(
  run: AsyncIterable<Report>,
  name: string,
  onProgress: ProgressOptions["onProgress"],
): Promise<Report> {
  let last: Report | null = null;
  for await (const report of run) {
    last = report;
    onProgress?.(report.progress);
  }
  if (last) return last;
  throw new SlnetError("internal", `the ${name} ended without a report`);
}

/** Callers in JavaScript leave them out, and deserve better than a TypeError. */
function requireObject<T extends object>(given: T, call: string, expected: string): T {
  if (typeof (given as unknown) === "object" && (given as unknown) !== null) return given;
  throw new SlnetError("bad-input", `${call} was given ${kindOf(given)}, expected ${expected}`);
}

/** Such as `Undefined` or `ArrayBuffer`. */
function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
