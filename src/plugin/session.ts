import { SlnetError } from "../core/errors.js";
import { unknownMetadata, type SampleArray, type StackRegion, type StackShape } from "../core/frames.js";
import { parseModelFile, type ModelFile } from "../core/model.js";
import type { SimulationRequest } from "../core/simulation.js";
import { regionIn } from "../core/stack-region.js";
import type { NamedFile } from "../protocol/api.js";
import type { CleaningRun } from "../protocol/client.js";
import { checkOptions, trainingOptions, type ConfigurationOptions } from "./configuration-errors.js";
import { download } from "./download.js";
import { namedFile, takeDropped } from "./dropped-files.js";
import type { EndedRun } from "./ended-run.js";
import type { RunHistory } from "./history.js";
import { jsonFileKind, maximumJsonBytes } from "./json-file.js";
import type { ImageLayer, Unsubscribe, ViewerHost } from "./host/contract.js";
import type { Inspection } from "./inspection.js";
import type { Localizer, LocalizerSource } from "./localizer.js";
import { requireMetadata, type MetadataOverrides } from "./metadata-fields.js";
import type { StackQueue } from "./queue.js";
import { SessionActions } from "./session-actions.js";
import { SessionCleaning } from "./session-cleaning.js";
import { SessionEstimate } from "./session-estimate.js";
import { layerGeometry, SessionLayers } from "./session-layers.js";
import { SessionOpening, type OpenedStackUser } from "./session-opening.js";
import { SessionPreview } from "./session-preview.js";
import type { CleanRequest, SaveRequest, TrainRequest } from "./session-requests.js";
import { SessionSaving, type DeliverFile } from "./session-saving.js";
import { initialSessionState, stackMetadata, type ChosenPart, type SessionState } from "./session-state.js";
import { SessionSurvey } from "./session-survey.js";
import { SessionTraining } from "./session-training.js";
import { lostFrame, StackConnection } from "./stack-connection.js";
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
  readonly deliver?: DeliverFile;
  /** Where the history of the runs is kept: as long as the session (default), or in this browser. Never any pixels. */
  readonly keepHistory?: "memory" | "browser";
}

/**
 * One stack with its training, cleaning and saving: everything between the buttons and the worker. No method rejects: an
 * error becomes `state.error`, is told to the host, and leaves the session usable.
 */
export class SlnetSession {
  readonly #options: SessionOptions;
  readonly #host: ViewerHost | null;
  readonly #layers: SessionLayers;
  readonly #connection: StackConnection;
  readonly #actions: SessionActions;
  readonly #opening: SessionOpening;
  readonly #preview: SessionPreview;
  readonly #training: SessionTraining;
  readonly #cleaning: SessionCleaning;
  readonly #saving: SessionSaving;
  readonly #survey: SessionSurvey;
  readonly #estimate: SessionEstimate;
  readonly #stopListening: Unsubscribe | undefined;
  #inspection: Inspection | null = null;
  #localizer: Localizer | null = null;
  #history: Promise<RunHistory> | null = null;
  #disposed = false;

  constructor(options: SessionOptions = {}) {
    this.#options = options;
    this.#host = options.host ?? null;
    const layers = new SessionLayers(this.#host);
    const connection = new StackConnection(options, (error) => this.#onWorkerLost(error));
    const actions = new SessionActions(this.#host, initialSessionState(options.configuration ?? {}));
    const preview = new SessionPreview(layers, () => this.#openPreview());
    const geometry = (): ReturnType<typeof layerGeometry> => this.#geometry();
    this.#layers = layers;
    this.#connection = connection;
    this.#actions = actions;
    this.#preview = preview;
    this.#opening = new SessionOpening(actions, connection, {
      release: () => this.#closeRuns(),
      show: (stack, opened) => this.#showStack(stack, opened),
    });
    this.#training = new SessionTraining(actions, connection, preview, geometry);
    this.#cleaning = new SessionCleaning(actions, connection, layers, preview, geometry, options.memoryBudgetBytes);
    this.#saving = new SessionSaving(actions, connection, options.deliver);
    this.#survey = new SessionSurvey(actions, connection);
    this.#estimate = new SessionEstimate(actions, connection);
    this.#stopListening = this.#host?.on("layers-changed", ({ reason, id }) => {
      if (reason === "removed") this.#onLayerRemoved(id);
    });
  }

  get state(): SessionState {
    return this.#actions.state;
  }

  /** Where the layers are shown, `null` without one. */
  get host(): ViewerHost | null {
    return this.#host;
  }

  /** Layers of the viewer that are not of this session and give their pixels: what {@link openLayer} takes. */
  viewerLayers(): readonly ImageLayer[] {
    return (this.#host?.layers.list() ?? []).filter(({ id, source }) => source !== null && !this.#isOurs(id));
  }

  /** True where the host tells people about errors, so that nobody else needs to read them out. */
  get notifiesHost(): boolean {
    return this.#host?.notify !== undefined;
  }

  /** Traces of pixels, kymographs of lines and projections of the open stack; `null` before {@link inspect}. */
  get inspection(): Inspection | null {
    return this.#inspection;
  }

  /** Loads what looks into the open stack. From then on a click in the viewer reads its pixel over the frames. */
  async inspect(): Promise<Inspection> {
    const { Inspection } = await import("./inspection.js");
    if (this.#inspection) return this.#inspection;
    this.#inspection = new Inspection({ ...this.#openStack(), geometry: () => this.#geometry() });
    if (this.#disposed) this.#inspection.dispose();
    return this.#inspection;
  }

  /** Super-resolution images of the open stack, with and without its background; `null` before {@link loadLocalizer}. */
  get localizer(): Localizer | null {
    return this.#localizer;
  }

  /** Loads what localizes emitters. */
  async loadLocalizer(): Promise<Localizer> {
    const { Localizer } = await import("./localizer.js");
    if (this.#localizer) return this.#localizer;
    this.#localizer = new Localizer(this.#openStack());
    if (this.#disposed) this.#localizer.dispose();
    return this.#localizer;
  }

  /** Calls back after each change. */
  subscribe(callback: (state: SessionState) => void): Unsubscribe {
    return this.#actions.subscribe(callback);
  }

  /** Calls back after each training, cleaning and saving, however it ended. */
  onRunEnded(callback: (run: EndedRun) => void): Unsubscribe {
    return this.#actions.onRunEnded(callback);
  }

  /** Where the open stack came from and which part of it was chosen, `null` without one. */
  get input(): StackConnection["input"] {
    return this.#connection.input;
  }

  /** One frame of the open stack in its sample type: `[height, width]`. Rejects where there is none. */
  readFrame(index: number, signal?: AbortSignal): Promise<SampleArray> {
    const { stack } = this.#connection;
    return stack ? stack.readFrame(index, { signal }) : Promise.reject(lostFrame(index));
  }

  /** The runs from the first call on, and earlier ones where they are kept. Loaded when it is asked for. */
  history(): Promise<RunHistory> {
    this.#history ??= import("./history.js").then(({ openHistory }) =>
      openHistory(this, this.#options.keepHistory ?? "memory"),
    );
    return this.#history;
  }

  /** A queue that cleans several stacks with the options and the model of this session. To be disposed of by the caller. */
  async createQueue(): Promise<StackQueue> {
    const { StackQueue: Queue } = await import("./queue.js");
    return new Queue(this);
  }

  /**
   * Another session with the same worker files and options, unseen.
   *
   * @param wrap - gets what hands a file over here and gives what does it there
   */
  sibling(wrap: (deliver: DeliverFile) => DeliverFile): SlnetSession {
    const { workerUrl, workerFactory, assetsBaseUrl, deliver = download } = this.#options;
    return new SlnetSession({
      ...(workerUrl !== undefined && { workerUrl }),
      ...(workerFactory !== undefined && { workerFactory }),
      ...(assetsBaseUrl !== undefined && { assetsBaseUrl }),
      configuration: this.state.options,
      deliver: wrap(deliver),
    });
  }

  /** Opens a file, in place of the stack that is open; that one stays if the file cannot be read. */
  openFile(file: File): Promise<void> {
    return this.openFiles([namedFile(file)]);
  }

  /** Opens the stack among files that belong together: a set, a header with its pixels, or the files of a folder. */
  openFiles(files: readonly NamedFile[]): Promise<void> {
    return this.#opening.files(files);
  }

  /**
   * Opens what was dropped on the page, files or folders; a single model or run record is known by what is in it. To be
   * called while the drop event is handled.
   */
  async openDropped(transfer: DataTransfer): Promise<void> {
    const readDropped = takeDropped(transfer);
    const { files } = transfer;
    const only = files.length === 1 ? files[0] : undefined;
    const kind = only ? await jsonFileKind(only) : null;
    if (!only || !kind) return this.#opening.dropped(readDropped);
    this.cancel();
    return kind === "run" ? this.loadRun(only) : this.loadModel(only);
  }

  /** Opens a file on a web server that answers range requests, or the folder of an OME-Zarr. Only this fetches anything. */
  openUrl(address: string): Promise<void> {
    return this.#opening.url(address);
  }

  /**
   * Opens a simulated recording: filaments, blinking molecules and a bleaching background.
   *
   * @param options - what differs from the usual sample of 400 frames of 192 × 192; wrong ones fail like a wrong file
   */
  openSample(options: SimulationRequest = {}): Promise<void> {
    return this.#opening.sample(options);
  }

  /** Opens a layer that the host shows, where it gives its pixels back. */
  openLayer(layer: ImageLayer): Promise<void> {
    return this.#opening.layer(layer);
  }

  /** Answers the choice that `state.choice` asks for, by a position in its labels. The next choice may follow. */
  choose(index: number): Promise<void> {
    return this.#opening.choose(index);
  }

  /** Gives up the opening that waits for a choice. */
  dismissChoice(): void {
    this.#opening.dismissChoice();
  }

  /** Opens the stack again with another part of its file, of those that were chosen. */
  changePart(of: ChosenPart["of"], index: number): Promise<void> {
    return this.#opening.changePart(of, index);
  }

  /** Says what is known of the open stack, in place of its file; `undefined` takes the word of the file again. */
  describe(metadata: Readonly<Partial<Record<keyof MetadataOverrides, number | null | undefined>>>): void {
    try {
      requireMetadata(metadata);
    } catch (error) {
      this.#actions.fail(error);
      return;
    }
    if (!this.state.stack) return;
    const merged = withoutUndefined({ ...this.state.metadata, ...metadata }) as MetadataOverrides;
    this.#actions.update({ metadata: merged });
    this.#layers.updateAll(this.#geometry());
  }

  /** Sets options by `SlnetConfiguration` name; `undefined` takes an option back to its default. */
  configure(options: ConfigurationOptions): void {
    const merged = withoutUndefined({ ...this.state.options, ...options });
    this.#actions.update({ options: merged, ...checked({ ...this.state, options: merged }) });
  }

  /**
   * Chooses the part of the open stack to train on, `null`: all of it. The training frames then count from its first one.
   * Returns whether the stack has such a part; if not, that is told as an error.
   */
  chooseRegion(region: StackRegion | null): boolean {
    const { stack } = this.state;
    try {
      if (region && !stack) throw new SlnetError("bad-input", "there is no stack to choose a part of, expected one");
      const part = region && stack && regionIn(stack.name, stack.shape, region);
      const taken = part && stack && isWhole(part, stack.shape) ? null : part;
      this.#actions.update({ region: taken, ...checked({ ...this.state, region: taken }) });
      return true;
    } catch (error) {
      this.#actions.fail(error);
      return false;
    }
  }

  /** Whether reading frames of the open stack may fetch something, so that only a person decides on it. */
  get mayFetch(): boolean {
    return this.#connection.mayFetch;
  }

  /**
   * Looks at a sample of the frames for `state.survey`: what is wrong with the recording, and which shifts suit it. Goes on
   * only while no action is under way, and none waits for it.
   */
  survey(): Promise<void> {
    return this.#survey.survey();
  }

  /** Asks for `state.estimate`: time and memory of a run with the options as they are. Any action ends it. */
  estimate(): Promise<void> {
    return this.#estimate.estimate();
  }

  /** Trains on the open stack. The model so far is in the state all the time. */
  train(request: TrainRequest = {}): Promise<void> {
    return this.#training.train(request);
  }

  /** Cleans every frame of the open stack and shows the sparse part as it is finished. */
  clean(request: CleanRequest = {}): Promise<void> {
    return this.#cleaning.clean(request);
  }

  /** Cleans once more, writes the frames to a file and hands it over. After a cancelled cleaning: only its frames. */
  save(request: SaveRequest = {}): Promise<void> {
    return this.#saving.save(request);
  }

  /** Name of the file that a saving with this request hands over. */
  saveName(request: SaveRequest = {}): string {
    return this.#saving.fileName(request);
  }

  /** Stops what is under way at once. The model so far and the frames cleaned so far stay. */
  cancel(): void {
    this.#actions.cancel();
  }

  /** Stops asking for more until {@link resume}: the preview and finished frames go on answering. */
  pause(): void {
    this.#actions.pause();
  }

  resume(): void {
    this.#actions.resume();
  }

  /** Reads a model file. Its options become the options, so that training can go on from it. */
  loadModel(file: File): Promise<void> {
    return this.#actions.perform("opening", async (signal) => {
      const model = parseModelFile(await jsonText(file, "model"), file.name);
      signal.throwIfAborted();
      this.configure(trainingOptions(model.configuration));
      await this.#adoptModel(model, [`The options were taken from ${file.name}.`]);
    });
  }

  /** Takes a model in place of the one at hand; the options stay. `null`: there is none any more. */
  async useModel(model: ModelFile | null): Promise<void> {
    await this.#actions.perform("opening", () => this.#adoptModel(model, []));
    // It was no stack that was opened.
    if (this.state.activity === "idle") this.#actions.update({ outcome: null });
  }

  /** Reads a run record and puts it into the history, from where it can be repeated. */
  loadRun(file: File): Promise<void> {
    return this.#actions.perform("opening", async (signal) => {
      const { parseRunRecord } = await import("./run-record-parser.js");
      const record = parseRunRecord(await jsonText(file, "run record"), file.name);
      signal.throwIfAborted();
      const history = await this.history();
      history.addLoaded(record);
      this.tell(`The run of ${file.name} is in the history: repeat it, or take its options and its model from there.`);
    });
  }

  /** Adds something worth knowing to the notices. */
  tell(notice: string): void {
    this.#actions.update({ notices: [...this.state.notices, notice] });
  }

  /** The model at hand as a file, or `null` before any training. */
  modelFile(): Blob | null {
    return this.#saving.modelFile();
  }

  /** Hands the model over as a file. */
  saveModel(): void {
    this.#saving.saveModel();
  }

  /** Takes the error away. */
  dismissError(): void {
    this.#actions.update({ error: null });
  }

  /** Ends the worker and takes the layers away. The session cannot be used again. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    void this.#survey.close();
    this.#actions.dispose();
    this.#stopListening?.();
    this.#inspection?.dispose();
    this.#localizer?.dispose();
    this.#layers.hideAll();
    this.#connection.dispose();
  }

  #isOurs(layerId: string): boolean {
    const pictures = [this.#inspection, this.#localizer];
    return this.#layers.has(layerId) || pictures.some((owner) => owner?.owns(layerId));
  }

  /** What looks at the open stack beside the actions needs of this session. */
  #openStack(): LocalizerSource {
    const actions = this.#actions;
    return {
      host: this.#host,
      state: () => actions.state,
      deliver: this.#options.deliver ?? download,
      subscribe: (callback) => actions.subscribe(callback),
      ready: (signal) => this.#connection.ready(signal),
    };
  }

  async #showStack(...[{ description }, opened]: Parameters<OpenedStackUser["show"]>): Promise<void> {
    const { source, sameSource, chosen, others } = opened;
    this.#preview.hide();
    this.#layers.hideAll();
    this.#actions.update({
      stack: description,
      chosen,
      // Another part of the same file was recorded by the same camera.
      metadata: sameSource ? this.state.metadata : {},
      ...unseen,
      training: null,
      result: null,
      saved: null,
      notices:
        others === 0 ? [] : [`${description.name} is the first of ${others + 1} stacks; the others stay closed.`],
      ...checked({ options: this.state.options, stack: description, region: null }),
    });
    if (source.type === "frames") return;
    const raw = new StackFrames(description.shape, (index, reading) => this.#readRaw(index, reading));
    await this.#layers.show("raw", raw, { name: description.name, ...this.#geometry() });
    this.#host?.dims.setStep(0);
  }

  async #adoptModel(model: ModelFile | null, notices: readonly string[]): Promise<void> {
    await this.#preview.close();
    this.#actions.update({ model, training: null, result: null, saved: null, notices });
    const { stack } = this.state;
    if (stack && model) await this.#preview.showModel(stack.shape, this.#geometry());
    else this.#preview.hide();
  }

  #geometry(): ReturnType<typeof layerGeometry> {
    return layerGeometry(stackMetadata(this.state) ?? unknownMetadata);
  }

  async #openPreview(): Promise<CleaningRun> {
    const { model, stack, configuration } = this.state;
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

  async #readRaw(index: number, signal?: AbortSignal): ReturnType<ReadFrame> {
    const stack = this.#connection.stack;
    if (!stack) throw lostFrame(index);
    return stack.readFrame(index, { signal });
  }

  async #closeRuns(): Promise<void> {
    this.#estimate.stop();
    await Promise.all([
      this.#cleaning.close(),
      this.#preview.close(),
      this.#saving.close(),
      this.#survey.close(),
      this.#inspection?.close(),
      this.#localizer?.close(),
    ]);
  }

  #onWorkerLost(error: SlnetError): void {
    this.#cleaning.lose();
    this.#preview.lose();
    this.#saving.lose();
    const message = `${error.message}. What is finished is kept; the next action starts a new worker.`;
    this.#actions.stop(new SlnetError("worker-lost", message, { cause: error }));
  }

  /** Somebody took away a layer in the viewer: what fills it or reads from it has nothing left to do. */
  #onLayerRemoved(id: string): void {
    const { activity, stack } = this.state;
    if (id === this.#opening.inputLayerId) {
      this.#actions.update({ stack: null, result: null, saved: null, metadata: {}, chosen: [], ...unseen });
      this.#opening.forget();
      const message = `layer ${stack?.name ?? id} was removed from the viewer, expected it to stay: open a stack again`;
      this.#actions.stop(new SlnetError("bad-input", message));
      return;
    }
    const role = this.#layers.forget(id);
    if (role === "preview") this.#preview.hide();
    if (role === "sparse" && activity === "cleaning") {
      this.cancel();
      this.#host?.notify?.("info", "Cleaning was stopped, since its layer was removed.");
    }
  }
}

async function jsonText(file: File, what: string): Promise<string> {
  if (file.size <= maximumJsonBytes) return file.text();
  throw new SlnetError(
    "bad-input",
    `${what} ${file.name} has ${file.size} bytes, expected at most ${maximumJsonBytes}`,
  );
}

function withoutUndefined(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** What is known of a stack that was opened just now. */
const unseen = { region: null, survey: null, surveyError: null, estimate: null } as const;

function isWhole({ width, height, from, to }: StackRegion, shape: StackShape): boolean {
  return width === shape.width && height === shape.height && to - from === shape.frames;
}

function checked({
  options,
  stack,
  region,
}: Pick<SessionState, "options" | "stack" | "region">): Pick<SessionState, "configuration" | "optionErrors"> {
  const frames = region ? region.to - region.from : (stack?.shape.frames ?? null);
  const { configuration, errors } = checkOptions(options, frames);
  return { configuration, optionErrors: errors };
}
