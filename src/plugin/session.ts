import { errorMessage, isSlnetError, SlnetError } from "../core/errors.js";
import { unknownMetadata, type StackDescription, type StackShape } from "../core/frames.js";
import { parseModelFile } from "../core/model.js";
import { defaultMedianWindowFrames } from "../core/running-median.js";
import { createSimulationOptions } from "../core/simulation.js";
import type {
  CleaningMethod,
  CleaningOptions,
  NamedFile,
  RpcaMethodOptions,
  SavedPart,
  TrainingReport,
} from "../protocol/api.js";
import type { CleaningRun, ClientStack, SavingRun, StackSource, TrainingRun } from "../protocol/client.js";
import { checkOptions, trainingOptions, type ConfigurationOptions } from "./configuration-errors.js";
import { download } from "./download.js";
import { namedFile, requireFileCount, takeDropped } from "./dropped-files.js";
import type { ImageLayer, Unsubscribe, ViewerHost } from "./host/contract.js";
import { appendLosses } from "./loss-history.js";
import { requireMetadata, type MetadataOverrides } from "./metadata-fields.js";
import {
  planOf,
  requireWebAddress,
  selectionOf,
  sourceName,
  withPart,
  type OpeningRequest,
} from "./opening-request.js";
import { resultFileName, saveFormat } from "./save-formats.js";
import { layerGeometry, SessionLayers } from "./session-layers.js";
import { cancelledOutcome, finishedOutcome } from "./session-outcome.js";
import { SessionPreview } from "./session-preview.js";
import {
  initialSessionState,
  sparseOffsetAdu,
  startedTraining,
  stackMetadata,
  type ChosenPart,
  type SessionActivity,
  type SessionState,
} from "./session-state.js";
import { ShownCleaning } from "./shown-cleaning.js";
import { lostFrame, StackConnection } from "./stack-connection.js";
import { planStack } from "./stack-files.js";
import { StackFrames, type ReadFrame } from "./stack-frames.js";
import type { WorkerOptions } from "./worker-client.js";

export interface SessionOptions extends WorkerOptions {
  /** Where layers are shown and errors are told; without one the work is the same, unseen. */
  readonly host?: ViewerHost;
  /** Memory for cleaned frames, in bytes; default 256 MB. Frames beyond it are computed again when looked at. */
  readonly memoryBudgetBytes?: number;
  /** Options to start with, by `SlnetConfiguration` name. */
  readonly configuration?: ConfigurationOptions;
  /** Gives a finished file to the person; default: a download of the browser. */
  readonly deliver?: (file: Blob, name: string) => void;
}

export interface TrainRequest {
  /** Go on from the model at hand, with its Adam moments, instead of starting anew. */
  readonly goOn?: boolean;
}

export interface CleanRequest {
  readonly method?: CleaningMethod["type"];
  /** Show the background as a layer of its own. */
  readonly lowRank?: boolean;
  readonly tail?: CleaningOptions["tail"];
  /** For the method `median`: frames around each frame, 3 to 2001, default 50; 0: the whole stack. */
  readonly medianWindowFrames?: number;
  readonly rpca?: Partial<RpcaMethodOptions>;
}

export interface SaveRequest extends Partial<Pick<SavedPart, "part" | "type" | "format" | "compression">> {
  /** Added to every pixel, in ADU; default for the sparse part: as configured, or else the offset of the camera. */
  readonly offsetAdu?: number;
  /** A file that a person chose and that is written to; default: `deliver` gets the file. */
  readonly handle?: FileSystemFileHandle;
  /**
   * Go on in `handle`, behind the whole frames that an earlier saving with just these options left in it. A file of
   * anything else is refused and stays as it is. Not for OME-Zarr. Default false.
   */
  readonly resume?: boolean;
}

const defaultMemoryBudgetBytes = 256 * 1024 ** 2;
/** The eye follows about three pictures a second of a slow change; more would only take time from the training. */
const previewIntervalMs = 300;
/** Reading a folder of 100,000 files finds some thousand a second: nobody reads each count. */
const countIntervalMs = 200;
/** A window has at most 16 frames, so a model is some tens of kilobytes. */
const maximumModelBytes = 8 * 1024 ** 2;
const defaultRpca: RpcaMethodOptions = { groupFrames: 50, sparsityWeight: null, penalty: null, iterations: 50 };

/**
 * One stack with its training, cleaning and saving: everything between the buttons and the worker. No method rejects: an
 * error becomes `state.error`, is told to the host, and leaves the session usable.
 */
export class SlnetSession {
  readonly #options: SessionOptions;
  readonly #host: ViewerHost | null;
  readonly #layers: SessionLayers;
  readonly #connection: StackConnection;
  readonly #preview: SessionPreview;
  readonly #stopListening: Unsubscribe | undefined;
  readonly #listeners = new Set<(state: SessionState) => void>();
  #state: SessionState;
  #operation: AbortController | null = null;
  #shown: ShownCleaning | null = null;
  #saving: SavingRun | null = null;
  #opened: OpeningRequest | null = null;
  #pending: OpeningRequest | null = null;
  /** The layer of the viewer that is the open stack. */
  #inputLayerId: string | null = null;
  #disposed = false;

  constructor(options: SessionOptions = {}) {
    this.#options = options;
    this.#host = options.host ?? null;
    this.#layers = new SessionLayers(this.#host);
    this.#connection = new StackConnection(options, (error) => this.#onWorkerLost(error));
    this.#preview = new SessionPreview(this.#layers, () => this.#openPreview());
    this.#stopListening = this.#host?.on("layers-changed", ({ reason, id }) => {
      if (reason === "removed") this.#onLayerRemoved(id);
    });
    this.#state = initialSessionState(options.configuration ?? {});
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Where the layers are shown, `null` without one. */
  get host(): ViewerHost | null {
    return this.#host;
  }

  /** Layers of the viewer that are not of this session and give their pixels: what {@link openLayer} takes. */
  viewerLayers(): readonly ImageLayer[] {
    return (this.#host?.layers.list() ?? []).filter(({ id, source }) => source !== null && !this.#layers.has(id));
  }

  /** True where the host tells people about errors, so that nobody else needs to read them out. */
  get notifiesHost(): boolean {
    return this.#host?.notify !== undefined;
  }

  /** Calls back after each change. */
  subscribe(callback: (state: SessionState) => void): Unsubscribe {
    this.#listeners.add(callback);
    return () => void this.#listeners.delete(callback);
  }

  /** Opens a file, in place of the stack that is open; that one stays if the file cannot be read. */
  openFile(file: File): Promise<void> {
    return this.openFiles([namedFile(file)]);
  }

  /** Opens the stack among files that belong together: a set, a header with its pixels, or the files of a folder. */
  openFiles(files: readonly NamedFile[]): Promise<void> {
    return this.#open(async () => {
      requireFileCount(files.length);
      return { plan: planStack(files), chosen: [] };
    });
  }

  /**
   * Opens what was dropped on the page, files or folders; a single JSON file is taken as a model. To be called while the
   * drop event is handled.
   */
  openDropped(transfer: DataTransfer): Promise<void> {
    const { files } = transfer;
    const only = files.length === 1 ? files[0] : undefined;
    if (only && /\.json$/i.test(only.name)) {
      this.cancel();
      return this.loadModel(only);
    }
    const readDropped = takeDropped(transfer);
    return this.#open(async (signal) => {
      let toldAt = performance.now();
      const found = await readDropped(signal, (count) => {
        if (performance.now() - toldAt < countIntervalMs) return;
        toldAt = performance.now();
        this.#update({ opening: { name: "", files: count } });
      });
      return { plan: planStack(found), chosen: [] };
    });
  }

  /** Opens a file on a web server that answers range requests, or the folder of an OME-Zarr. Only this fetches anything. */
  openUrl(address: string): Promise<void> {
    return this.#open(async () => planOf({ type: "url", url: requireWebAddress(address) }));
  }

  /** Answers the choice that `state.choice` asks for, by a position in its labels. The next choice may follow. */
  choose(index: number): Promise<void> {
    const { choice } = this.#state;
    const pending = this.#pending;
    if (!choice || !pending) return Promise.resolve();
    const { of, labels } = choice;
    return this.#open(async () => ({ ...pending, chosen: [...pending.chosen, { of, labels, index }] }));
  }

  /** Gives up the opening that waits for a choice. */
  dismissChoice(): void {
    this.#pending = null;
    this.#update({ choice: null });
  }

  /** Opens the stack again with another part of its file, of those that were chosen. */
  changePart(of: ChosenPart["of"], index: number): Promise<void> {
    const request = this.#opened && withPart(this.#opened, of, index);
    return request ? this.#open(async () => request) : Promise.resolve();
  }

  /** Says what is known of the open stack, in place of its file; `undefined` takes the word of the file again. */
  describe(metadata: Readonly<Partial<Record<keyof MetadataOverrides, number | null | undefined>>>): void {
    try {
      requireMetadata(metadata);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (!this.#state.stack) return;
    const merged = Object.fromEntries(
      Object.entries({ ...this.#state.metadata, ...metadata }).filter(([, value]) => value !== undefined),
    ) as MetadataOverrides;
    this.#update({ metadata: merged });
    this.#layers.updateAll(this.#geometry());
  }

  /** Opens a simulated recording: filaments, blinking molecules and a bleaching background. */
  openSample(): Promise<void> {
    return this.#open(async () => planOf({ type: "simulated", options: createSimulationOptions({}) }));
  }

  /** Opens a layer that the host shows, where it gives its pixels back. */
  openLayer({ id, source, name }: ImageLayer): Promise<void> {
    if (!source) {
      this.#fail(new SlnetError("unsupported", `layer ${name} does not give its pixels back, expected one that does`));
      return Promise.resolve();
    }
    const { frames, height, width, type } = source;
    const input: StackSource = {
      type: "frames",
      name,
      shape: { frames, height, width, type },
      frames: {
        async read(index) {
          const frame = await source.read(index);
          if (frame) return frame.samples;
          throw new SlnetError(
            "bad-input",
            `frame ${index} of layer ${name} does not exist yet, expected a whole layer`,
          );
        },
      },
    };
    return this.#open(async () => planOf(input), id);
  }

  /** Sets options by `SlnetConfiguration` name; `undefined` takes an option back to its default. */
  configure(options: ConfigurationOptions): void {
    const merged = Object.fromEntries(
      Object.entries({ ...this.#state.options, ...options }).filter(([, value]) => value !== undefined),
    );
    this.#update({ options: merged, ...checked(merged, this.#state.stack) });
  }

  /** Trains on the open stack. The model so far is in the state all the time. */
  train({ goOn = false }: TrainRequest = {}): Promise<void> {
    return this.#perform("training", async (signal) => {
      const { configuration, options, optionErrors, model } = this.#state;
      if (!configuration) {
        throw new SlnetError(
          "bad-input",
          Object.values(optionErrors)[0] ?? "an option is wrong, expected valid options",
        );
      }
      const stack = await this.#connection.ready(signal);
      const run = await stack.train(
        { ...options, stack: stack.description.name },
        { signal, checkpoint: goOn ? model : null },
      );
      this.#update({
        training: startedTraining(run.plan, configuration.sparsityWeight),
        engine: run.plan.engine,
        notices: run.plan.notices,
      });
      await this.#follow(run, stack.description, configuration.plotImages, signal);
    });
  }

  /** Cleans every frame of the open stack and shows the sparse part as it is finished. */
  clean(request: CleanRequest = {}): Promise<void> {
    const { lowRank = false, tail = "shift" } = request;
    return this.#perform("cleaning", async (signal) => {
      const cleaningMethod = this.#cleaningMethod(request);
      const stack = await this.#connection.ready(signal);
      const engine = this.#state.configuration?.engine ?? "auto";
      const to = stack.description.shape.frames;
      const run = await stack.clean(cleaningMethod, { from: 0, to, lowRank, tail, engine }, { signal });
      const shown = await this.#showCleaning(run, stack.description.shape, lowRank);
      const { plan } = run;
      const result = { from: plan.from, to: plan.to, method: cleaningMethod, tail, lowRank };
      this.#update({
        engine: plan.engine ?? this.#state.engine,
        notices: plan.notices,
        result: { ...result, done: plan.from },
        saved: null,
      });
      for await (const block of run) {
        signal.throwIfAborted();
        shown.add(block);
        this.#update({ progress: block.progress, result: { ...result, done: block.to } });
      }
    });
  }

  /** Cleans once more, writes the frames to a file and hands it over. After a cancelled cleaning: only its frames. */
  save(request: SaveRequest = {}): Promise<void> {
    const {
      part = "sparse",
      type = "uint16",
      format = "tiff",
      compression = "none",
      offsetAdu,
      handle,
      resume,
    } = request;
    return this.#perform("saving", async (signal) => {
      const { result, configuration, metadata } = this.#state;
      const method = result?.method ?? this.#cleaningMethod({});
      if (result && result.done === result.from) {
        throw new SlnetError("bad-input", "no frame is cleaned yet, expected at least one to save");
      }
      const stack = await this.#connection.ready(signal);
      await this.#closeSaving();
      const name = this.saveName(request);
      const target = handle ? ({ type: "file-handle", handle } as const) : ({ type: "private-file", name } as const);
      const offset = offsetAdu ?? (part === "sparse" ? sparseOffsetAdu(this.#state, type) : 0);
      const run = await stack.save(
        method,
        {
          from: result?.from ?? 0,
          to: result?.done ?? stack.description.shape.frames,
          lowRank: part === "low-rank",
          tail: result?.tail ?? "shift",
          engine: configuration?.engine ?? "auto",
        },
        [{ part, target, type, offsetAdu: offset, format, compression }],
        { signal, metadata, resume: resume ?? false },
      );
      const { plan } = run;
      const notices =
        plan.resumedFrames === 0
          ? plan.notices
          : [...plan.notices, `${plan.resumedFrames} frames of an earlier saving were kept.`];
      this.#update({ engine: plan.engine ?? this.#state.engine, notices, saved: null });
      await this.#deliver(run, part, name, handle ?? null, signal);
    });
  }

  /** Name of the file that a saving with this request hands over. */
  saveName({ part = "sparse", format = "tiff" }: SaveRequest = {}): string {
    const { stack, configuration } = this.#state;
    const ending = `${part === "sparse" ? "_sparse" : "_background"}${saveFormat(format).ending}`;
    return resultFileName(configuration?.prefix, stack?.name ?? "stack", ending);
  }

  /** Stops what is under way at once. The model so far and the frames cleaned so far stay. */
  cancel(): void {
    const operation = this.#operation;
    if (!operation) return;
    const { activity } = this.#state;
    this.#operation = null;
    operation.abort(new DOMException(`${activity} was cancelled`, "AbortError"));
    this.#update({ ...idle, outcome: cancelledOutcome(activity, this.#state) });
  }

  /** Reads a model file. Its options become the options, so that training can go on from it. */
  loadModel(file: File): Promise<void> {
    return this.#perform("opening", async (signal) => {
      if (file.size > maximumModelBytes) {
        throw new SlnetError(
          "bad-input",
          `model ${file.name} has ${file.size} bytes, expected at most ${maximumModelBytes}`,
        );
      }
      const model = parseModelFile(await file.text(), file.name);
      signal.throwIfAborted();
      this.configure(trainingOptions(model.configuration));
      await this.#preview.close();
      const notices = [`The options were taken from ${file.name}.`];
      this.#update({ model, training: null, result: null, saved: null, notices });
      if (this.#state.stack) await this.#preview.showModel(this.#state.stack.shape, this.#geometry());
    });
  }

  /** The model at hand as a file, or `null` before any training. */
  modelFile(): Blob | null {
    const { model } = this.#state;
    return model && new Blob([JSON.stringify(model, null, 2)], { type: "application/json" });
  }

  /** Hands the model over as a file. */
  saveModel(): void {
    const file = this.modelFile();
    const { configuration, stack } = this.#state;
    if (file) this.#handOver(file, resultFileName(configuration?.prefix, stack?.name ?? "stack", ".slnet.json"));
  }

  /** Takes the error away. */
  dismissError(): void {
    this.#update({ error: null });
  }

  /** Ends the worker and takes the layers away. The session cannot be used again. */
  dispose(): void {
    if (this.#disposed) return;
    this.cancel();
    this.#disposed = true;
    this.#stopListening?.();
    this.#layers.hideAll();
    this.#connection.dispose();
    this.#listeners.clear();
  }

  /**
   * @param find - says what to open; may read folders first
   * @param layerId - of the viewer, where that is what is opened
   */
  #open(find: (signal: AbortSignal) => Promise<OpeningRequest>, layerId: string | null = null): Promise<void> {
    this.cancel();
    this.#pending = null;
    return this.#perform("opening", async (signal) => {
      this.#update({ opening: { name: "", files: null }, choice: null });
      let request = await find(signal);
      try {
        let { first } = request.plan;
        this.#update({ opening: { name: sourceName(first.source), files: null } });
        const selection = selectionOf(request.chosen);
        let stack = await this.#connection.open(first.source, selection, signal);
        const { framesAsFiles } = request.plan;
        if (framesAsFiles && stack.description.shape.frames === 1) {
          await stack.close();
          first = framesAsFiles;
          request = { ...request, plan: { first, framesAsFiles: null } };
          stack = await this.#connection.open(first.source, selection, signal);
        }
        if (signal.aborted) await stack.close();
        signal.throwIfAborted();
        await this.#connection.adopt(stack, first.source, selection, () => this.#closeRuns());
        await this.#showStack(stack, request, first.others);
        this.#inputLayerId = layerId;
      } catch (error) {
        if (!isSlnetError(error, "choice-needed") || !error.choice) throw error;
        signal.throwIfAborted();
        this.#pending = request;
        this.#update({ choice: { ...error.choice, name: sourceName(request.plan.first.source) } });
      }
    });
  }

  async #showStack({ description }: ClientStack, request: OpeningRequest, others: number): Promise<void> {
    const { source } = request.plan.first;
    // Another part of the same file was recorded by the same camera.
    const metadata = this.#opened?.plan.first.source === source ? this.#state.metadata : {};
    this.#opened = request;
    this.#preview.hide();
    this.#layers.hideAll();
    this.#update({
      stack: description,
      chosen: request.chosen,
      metadata,
      training: null,
      result: null,
      saved: null,
      notices:
        others === 0 ? [] : [`${description.name} is the first of ${others + 1} stacks; the others stay closed.`],
      ...checked(this.#state.options, description),
    });
    if (source.type === "frames") return;
    const raw = new StackFrames(description.shape, (index, reading) => this.#readRaw(index, reading));
    await this.#layers.show("raw", raw, { name: description.name, ...this.#geometry() });
    this.#host?.dims.setStep(0);
  }

  #geometry(): ReturnType<typeof layerGeometry> {
    return layerGeometry(stackMetadata(this.#state) ?? unknownMetadata);
  }

  /** Runs one action: its states, its errors, and its end unless a cancel was there first. */
  async #perform(
    activity: Exclude<SessionActivity, "idle">,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    if (this.#disposed) return;
    if (this.#operation) {
      this.#fail(
        new SlnetError("bad-input", `${activity} cannot start during ${this.#state.activity}; cancel that first`),
      );
      return;
    }
    const operation = new AbortController();
    const startedAt = performance.now();
    this.#operation = operation;
    this.#update({ activity, progress: null, outcome: null, error: null, notices: [] });
    try {
      await work(operation.signal);
      if (this.#operation !== operation) return;
      this.#operation = null;
      const seconds = (performance.now() - startedAt) / 1000;
      const outcome = activity === "opening" && this.#pending ? null : finishedOutcome(activity, this.#state, seconds);
      this.#update({ ...idle, outcome });
    } catch (error) {
      if (this.#operation !== operation) return;
      this.#operation = null;
      this.#update(idle);
      this.#fail(error);
    }
  }

  async #follow(
    run: TrainingRun,
    { shape }: StackDescription,
    withPreview: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const fromTraining: ReadFrame = (index, reading) => run.preview(index, { signal: reading });
    let shownAt = -Infinity;
    await this.#preview.close();
    try {
      for await (const report of run) {
        signal.throwIfAborted();
        this.#addReport(report);
        const now = performance.now();
        if (!withPreview || now - shownAt < previewIntervalMs) continue;
        shownAt = now;
        await this.#preview.show(fromTraining, shape, this.#geometry());
      }
    } finally {
      // From here on the preview comes from the model that was kept, which can be asked for any frame.
      if (this.#preview.readFrame === fromTraining) await this.#preview.showModel(shape, this.#geometry());
    }
  }

  #addReport(report: TrainingReport): void {
    const training = this.#state.training;
    if (!training) return;
    this.#update({
      progress: report.progress,
      model: report.model,
      training: {
        ...training,
        epoch: report.epoch,
        step: report.losses.at(-1)?.step ?? training.step,
        keptShare: report.keptShare,
        selfWeight: report.selfWeight,
        losses: appendLosses(training.losses, report.losses),
        validations: appendLosses(training.validations, report.validations),
        warnings: [...new Set([...training.warnings, ...report.warnings])],
      },
    });
  }

  async #openPreview(): Promise<CleaningRun> {
    const { model, stack, configuration } = this.#state;
    const handle = this.#connection.stack;
    if (!model || !stack || !handle) {
      throw new SlnetError("worker-lost", "there is no worker or no model for the preview; start an action to get one");
    }
    const engine = configuration?.engine ?? "auto";
    return handle.clean(
      { type: "slnet", model },
      { from: 0, to: stack.shape.frames, lowRank: false, tail: "shift", engine },
    );
  }

  async #showCleaning(run: CleaningRun, shape: StackShape, lowRank: boolean): Promise<ShownCleaning> {
    const budget = this.#options.memoryBudgetBytes ?? defaultMemoryBudgetBytes;
    const shown = new ShownCleaning(run, shape, lowRank, budget);
    await Promise.all([this.#closeShown(), this.#preview.close()]);
    this.#shown = shown;
    this.#preview.hide();
    await shown.show(this.#layers, this.#geometry());
    return shown;
  }

  async #deliver(
    run: SavingRun,
    part: SavedPart["part"],
    name: string,
    handle: FileSystemFileHandle | null,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      let clipped = 0;
      for await (const report of run) {
        signal.throwIfAborted();
        clipped = report.clipped;
        this.#update({ progress: report.progress });
      }
      const file = await run.file(part);
      signal.throwIfAborted();
      if (handle) {
        await run.close();
      } else {
        // Closing deletes the private file, which the browser is about to copy: it stays until the next saving.
        this.#saving = run;
        this.#handOver(file, name);
      }
      const { from, to, height, width } = run.plan;
      const pixels = (to - from) * height * width;
      const offsetAdu = run.plan.parts[0]?.offsetAdu ?? 0;
      const saved = { name: file.name, part, frames: to - from, bytes: file.size, offsetAdu, clipped, pixels };
      this.#update({ saved });
    } catch (error) {
      // The frames before the error are whole, and the error says that they are saved.
      const kept = handle || signal.aborted ? null : await run.file(part).catch(() => null);
      if (kept) {
        this.#saving = run;
        this.#handOver(kept, name);
      }
      if (this.#saving !== run) await run.close();
      throw error;
    }
  }

  #handOver(file: Blob, name: string): void {
    (this.#options.deliver ?? download)(file, name);
  }

  #cleaningMethod({ method: type = "slnet", medianWindowFrames, rpca }: CleanRequest): CleaningMethod {
    switch (type) {
      case "slnet": {
        const { model } = this.#state;
        if (model) return { type, model };
        throw new SlnetError("bad-input", "there is no model yet, expected one: train, or load a model first");
      }
      case "median":
        return { type, windowFrames: medianWindowFrames ?? defaultMedianWindowFrames };
      case "rpca":
        return { type, options: { ...defaultRpca, ...rpca } };
      default:
        return type satisfies never;
    }
  }

  async #readRaw(index: number, signal?: AbortSignal): ReturnType<ReadFrame> {
    const stack = this.#connection.stack;
    if (!stack) throw lostFrame(index);
    return stack.readFrame(index, { signal });
  }

  async #closeRuns(): Promise<void> {
    await Promise.all([this.#closeShown(), this.#preview.close(), this.#closeSaving()]);
  }

  async #closeShown(): Promise<void> {
    const shown = this.#shown;
    this.#shown = null;
    await shown?.close();
  }

  async #closeSaving(): Promise<void> {
    const run = this.#saving;
    this.#saving = null;
    await run?.close();
  }

  #onWorkerLost(error: SlnetError): void {
    this.#shown?.lose();
    this.#preview.lose();
    this.#saving = null;
    const message = `${error.message}. What is finished is kept; the next action starts a new worker.`;
    this.#stop(new SlnetError("worker-lost", message, { cause: error }));
  }

  /** Somebody took away a layer in the viewer: what fills it or reads from it has nothing left to do. */
  #onLayerRemoved(id: string): void {
    const { activity } = this.#state;
    if (id === this.#inputLayerId) {
      this.#inputLayerId = null;
      const name = this.#state.stack?.name ?? id;
      this.#update({ stack: null, result: null, saved: null, metadata: {}, chosen: [] });
      this.#connection.forget();
      this.#stop(
        new SlnetError(
          "bad-input",
          `layer ${name} was removed from the viewer, expected it to stay: open a stack again`,
        ),
      );
      return;
    }
    const role = this.#layers.forget(id);
    if (role === "preview") this.#preview.hide();
    if (role === "sparse" && activity === "cleaning") {
      this.cancel();
      this.#host?.notify?.("info", "Cleaning was stopped, since its layer was removed.");
    }
  }

  /** Ends what is under way with an error. */
  #stop(error: SlnetError): void {
    const operation = this.#operation;
    this.#operation = null;
    operation?.abort(error);
    this.#update(idle);
    this.#fail(error);
  }

  #fail(error: unknown): void {
    const code = isSlnetError(error) ? error.code : "internal";
    const message = errorMessage(error);
    this.#update({ error: { code, message } });
    if (!this.#disposed) this.#host?.notify?.("error", message);
  }

  #update(patch: Partial<SessionState>): void {
    this.#state = { ...this.#state, ...patch };
    for (const listener of this.#listeners) listener(this.#state);
  }
}

const idle = { activity: "idle", progress: null, opening: null } as const;

function checked(
  options: ConfigurationOptions,
  stack: StackDescription | null,
): Pick<SessionState, "configuration" | "optionErrors"> {
  const { configuration, errors } = checkOptions(options, stack?.shape.frames ?? null);
  return { configuration, optionErrors: errors };
}
