import { SlnetError } from "../core/errors.js";
import type { SampleArray, StackRegion } from "../core/frames.js";
import type { ModelFile } from "../core/model.js";
import type { SimulationRequest } from "../core/simulation.js";
import type { CleaningMethod, NamedFile } from "../protocol/api.js";
import type { ConfigurationOptions } from "./configuration-errors.js";
import { download } from "./download.js";
import { namedFile, takeDropped } from "./dropped-files.js";
import type { EndedRun } from "./ended-run.js";
import type { RunHistory } from "./history.js";
import type { ImageLayer, Unsubscribe, ViewerHost } from "./host/contract.js";
import type { Inspection } from "./inspection.js";
import type { Localizer } from "./localizer.js";
import type { StackQueue } from "./queue.js";
import type { ModelKind } from "./model-kinds.js";
import { SessionActions } from "./session-actions.js";
import { SessionCleaning } from "./session-cleaning.js";
import { SessionEstimate } from "./session-estimate.js";
import { SessionLayers } from "./session-layers.js";
import { SessionModel } from "./session-model.js";
import { SessionOpening } from "./session-opening.js";
import type { SessionOptions } from "./session-options.js";
import { openPreview, SessionPreview } from "./session-preview.js";
import type { CleanRequest, SaveRequest, TrainRequest } from "./session-requests.js";
import { SessionSaving, type DeliverFile } from "./session-saving.js";
import { SessionSettings, type MetadataChanges } from "./session-settings.js";
import { initialSessionState, type ChosenPart, type SessionState } from "./session-state.js";
import { SessionStack } from "./session-stack.js";
import { SessionSurvey } from "./session-survey.js";
import { SessionTraining } from "./session-training.js";
import { SessionViews } from "./session-views.js";
import { lostFrame, StackConnection } from "./stack-connection.js";

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
  readonly #stack: SessionStack;
  readonly #training: SessionTraining;
  readonly #cleaning: SessionCleaning;
  readonly #saving: SessionSaving;
  readonly #survey: SessionSurvey;
  readonly #estimate: SessionEstimate;
  readonly #settings: SessionSettings;
  readonly #model: SessionModel;
  readonly #views: SessionViews;
  readonly #stopListening: Unsubscribe | undefined;
  #history: Promise<RunHistory> | null = null;
  #disposed = false;

  constructor(options: SessionOptions = {}) {
    this.#options = options;
    this.#host = options.host ?? null;
    const layers = new SessionLayers(this.#host);
    const connection = new StackConnection(options, (error) => this.#onWorkerLost(error));
    const actions = new SessionActions(this.#host, initialSessionState(options.configuration ?? {}));
    const preview = new SessionPreview(layers, () => openPreview(actions.state, connection));
    const stack = new SessionStack(actions, connection, layers, preview, this.#host);
    const geometry = (): ReturnType<SessionStack["geometry"]> => stack.geometry();
    this.#layers = layers;
    this.#connection = connection;
    this.#actions = actions;
    this.#preview = preview;
    this.#stack = stack;
    this.#opening = new SessionOpening(actions, connection, {
      release: () => this.#closeRuns(),
      show: (opened, details) => stack.show(opened, details),
    });
    this.#training = new SessionTraining(actions, connection, preview, geometry);
    this.#cleaning = new SessionCleaning(
      actions,
      connection,
      layers,
      preview,
      geometry,
      options.memoryBudgetBytes,
      options.receiver,
    );
    this.#saving = new SessionSaving(actions, connection, options.deliver);
    this.#survey = new SessionSurvey(actions, connection);
    this.#estimate = new SessionEstimate(actions, connection);
    this.#settings = new SessionSettings(actions);
    this.#model = new SessionModel(actions, preview, geometry, (changes) => this.configure(changes));
    this.#views = new SessionViews(actions, connection, this.#host, geometry, options.deliver);
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
    return (this.#host?.layers.list() ?? []).filter(
      ({ id, source }) => source !== null && !(this.#layers.has(id) || this.#views.owns(id)),
    );
  }

  /** True where the host tells people about errors, so that nobody else needs to read them out. */
  get notifiesHost(): boolean {
    return this.#host?.notify !== undefined;
  }

  /** Traces of pixels, kymographs of lines and projections of the open stack; `null` before {@link inspect}. */
  get inspection(): Inspection | null {
    return this.#views.inspection;
  }

  /** Loads what looks into the open stack. From then on a click in the viewer reads its pixel over the frames. */
  inspect(): Promise<Inspection> {
    return this.#views.inspect();
  }

  /** Super-resolution images of the open stack, with and without its background; `null` before {@link loadLocalizer}. */
  get localizer(): Localizer | null {
    return this.#views.localizer;
  }

  /** Loads what localizes emitters. */
  loadLocalizer(): Promise<Localizer> {
    return this.#views.loadLocalizer();
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
    const kind = only ? await (await import("./chosen-file-kind.js")).chosenFileKind(only) : null;
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
  describe(metadata: MetadataChanges): void {
    if (this.#settings.describe(metadata)) this.#layers.updateAll(this.#stack.geometry());
  }

  /** Sets options by `SlnetConfiguration` name; `undefined` takes an option back to its default. */
  configure(options: ConfigurationOptions): void {
    this.#settings.configure(options);
  }

  /**
   * Chooses the part of the open stack to train on, `null`: all of it. The training frames then count from its first one.
   * Returns whether the stack has such a part; if not, that is told as an error.
   */
  chooseRegion(region: StackRegion | null): boolean {
    return this.#settings.chooseRegion(region);
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

  /** Goes on after a pause; nothing happens without one. */
  resume(): void {
    this.#actions.resume();
  }

  /** Reads a model file. Its options become the options, so that training can go on from it. */
  loadModel(file: File): Promise<void> {
    return this.#model.load(file);
  }

  /** Takes a model in place of the one at hand; the options stay. `null`: there is none any more. */
  useModel(model: ModelFile | null): Promise<void> {
    return this.#model.use(model);
  }

  /**
   * Reads the record of a run, or its archive, and puts it into the history, from where it can be repeated. Of an archive
   * the options and the model are put in place.
   */
  async loadRun(file: File): Promise<void> {
    let archived: string | null = null;
    await this.#actions.perform("opening", async (signal) => {
      const { readChosenRun } = await import("./chosen-run.js");
      const { record, isArchive } = await readChosenRun(file);
      signal.throwIfAborted();
      const { id } = (await this.history()).addLoaded(record);
      if (isArchive) archived = id;
      else
        this.tell(
          `The run of ${file.name} is in the history: repeat it, or take its options and its model from there.`,
        );
    });
    if (archived === null) return;
    await (await this.history()).restore(archived);
    this.tell(`The run of ${file.name} is in the history, and its options and its model are in place.`);
  }

  /** Small pictures of the first frame of the open stack as PNG: raw, and what a method makes of it. None without a stack. */
  async firstFramePictures(method: CleaningMethod): Promise<ReadonlyMap<string, Uint8Array>> {
    const { stack } = this.#connection;
    if (!stack) return new Map();
    return (await import("../protocol/first-frame.js")).firstFramePictures(stack, method);
  }

  /** Adds something worth knowing to the notices. */
  tell(notice: string): void {
    this.#actions.update({ notices: [...this.state.notices, notice] });
  }

  /** The model at hand as a file, or `null` before any training. */
  modelFile(): Blob | null {
    return this.#saving.modelFile();
  }

  /** Hands the model over as a file of this kind; `json` is that of this program. */
  async saveModel(kind: ModelKind = "json"): Promise<void> {
    await this.#saving.saveModel(kind);
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
    this.#views.dispose();
    this.#layers.hideAll();
    this.#connection.dispose();
  }

  async #closeRuns(): Promise<void> {
    this.#estimate.stop();
    await Promise.all([
      this.#cleaning.close(),
      this.#preview.close(),
      this.#saving.close(),
      this.#survey.close(),
      this.#views.close(),
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
    if (id === this.#opening.inputLayerId) {
      this.#opening.forget();
      this.#stack.lose(id);
      return;
    }
    const role = this.#layers.forget(id);
    if (role === "preview") this.#preview.hide();
    if (role === "sparse" && this.state.activity === "cleaning") {
      this.cancel();
      this.#host?.notify?.("info", "Cleaning was stopped, since its layer was removed.");
    }
  }
}
