import { SlnetError } from "../core/errors.js";
import type { StackShape } from "../core/frames.js";
import type { ModelFile } from "../core/model.js";
import type { CleaningMethod, PixelPath, Projection, Projections } from "../protocol/api.js";
import { needsWholeFrames } from "../protocol/cleaning-methods.js";
import type { ClientStack } from "../protocol/client.js";
import { framesToRead } from "./frames-to-read.js";
import type { ImageDisplay, PickedShape, Unsubscribe, ViewerHost } from "./host/contract.js";
import { InspectionTask, restingTask, type TaskState, type Work } from "./inspection-task.js";
import type { FrameRange, Profile } from "./profile.js";
import { ProfileCollector } from "./profile-collector.js";
import { PictureLayers } from "./picture-layers.js";
import { methodAtHand, type SessionState } from "./session-state.js";
import { plotStrings } from "./strings/plots.js";

/** What the inspection needs of its session. */
export interface InspectionSource {
  readonly host: ViewerHost | null;
  state(): Pick<SessionState, "stack" | "model" | "result" | "configuration">;
  subscribe(callback: () => void): Unsubscribe;
  /** The open stack; opened again if the worker was lost. */
  ready(signal: AbortSignal): Promise<ClientStack>;
  /** Step sizes of the layers shown. */
  geometry(): Partial<ImageDisplay>;
}

type Tell = Parameters<Work>[1];

/** How the frames become one image. */
export type ProjectionKind = keyof Projection;
/** Of which frames an image is made. */
export type ProjectionPart = Exclude<keyof Projections, "lowRank">;

/** All that an interface needs to draw. Each change is a new record. */
export interface InspectionState {
  /** Of the open stack, `null` without one. */
  readonly shape: StackShape | null;
  /** How background and cleaned values are found; `null`: there is no way yet, only raw ones are. */
  readonly method: CleaningMethod["type"] | null;
  /** Frames looked at in the plots; `null`: all. */
  readonly range: FrameRange | null;
  /** Of the pixel that was asked for last; grows while it is read. */
  readonly trace: Profile | null;
  /** Of the line that was asked for last; grows while it is read. */
  readonly kymograph: Profile | null;
  /** What was asked for last; `null`: nothing yet. */
  readonly paths: Readonly<Record<ProfileName, PixelPath | null>>;
  /** True where background and cleaned values are there that another model or method would give by now. */
  readonly outdated: Readonly<Record<ProfileName, boolean>>;
  readonly tasks: Readonly<Record<InspectionTaskName, TaskState>>;
}

/** What is drawn over time: a pixel, or the pixels of a line. */
export type ProfileName = "trace" | "kymograph";
/** What can be under way. */
export type InspectionTaskName = ProfileName | "projection";

const profileNames = ["trace", "kymograph"] as const;
const nothing = { trace: null, kymograph: null };
const current = { trace: false, kymograph: false };

/** Projections that are kept so that the next one of the same frames needs no pass. */
const maximumKeptBytes = 128e6;

/**
 * Looks into the open stack: traces of pixels, kymographs of lines, projections over time. Does what a person points at in
 * the viewer, or what is asked by its methods. No method rejects: an error becomes the state of its task.
 */
export class Inspection {
  readonly #source: InspectionSource;
  readonly #layers: PictureLayers;
  readonly #listeners = new Set<(state: InspectionState) => void>();
  readonly #tasks: Readonly<Record<InspectionTaskName, InspectionTask>>;
  readonly #stopListening: readonly (Unsubscribe | undefined)[];
  #stack: SessionState["stack"] = null;
  #model: ModelFile | null = null;
  /** By which method the values there are were cleaned. */
  readonly #methods: Record<ProfileName, CleaningMethod | null> = { ...nothing };
  /** Projections of the open stack, by the method that cleaned; `null`: of raw frames alone. */
  #kept: { readonly method: CleaningMethod | null; readonly projections: Projections } | null = null;
  #disposed = false;
  #state: InspectionState = {
    shape: null,
    method: null,
    range: null,
    ...nothing,
    paths: nothing,
    outdated: current,
    tasks: { trace: restingTask, kymograph: restingTask, projection: restingTask },
  };

  constructor(source: InspectionSource) {
    this.#source = source;
    const { host } = source;
    this.#layers = new PictureLayers(host);
    const task = (name: InspectionTaskName): InspectionTask =>
      new InspectionTask((state) => this.#update({ tasks: { ...this.#state.tasks, [name]: state } }));
    this.#tasks = { trace: task("trace"), kymograph: task("kymograph"), projection: task("projection") };
    this.#stopListening = [
      source.subscribe(() => this.#follow()),
      host?.on("shape-picked", ({ shape }) => this.#onPick(shape)),
      host?.on("layers-changed", ({ reason, id }) => {
        if (reason === "removed") this.#layers.forget(id);
      }),
    ];
    this.#follow();
  }

  get state(): InspectionState {
    return this.#state;
  }

  get host(): ViewerHost | null {
    return this.#source.host;
  }

  /** True for a layer that shows a projection of this inspection. */
  owns(layerId: string): boolean {
    return this.#layers.has(layerId);
  }

  /** Calls back after each change. */
  subscribe(callback: (state: InspectionState) => void): Unsubscribe {
    this.#listeners.add(callback);
    return () => void this.#listeners.delete(callback);
  }

  /** Reads a pixel over the frames: see `framesToRead`. Each call replaces the one before. */
  trace(x: number, y: number): Promise<void> {
    return this.#profile("trace", { from: [x, y], to: [x, y] });
  }

  /** Reads the pixels of a line over the frames: see `framesToRead`. Each call replaces the one before. */
  kymograph(path: PixelPath): Promise<void> {
    return this.#profile("kymograph", path);
  }

  /** Reads the pixel or line that was asked for last once more, over all frames, however long that takes. */
  async readAll(name: ProfileName): Promise<void> {
    const path = this.#state.paths[name];
    if (path) await this.#profile(name, path, true);
  }

  /** Looks at some frames in the plots; `null`: at all. */
  look(range: FrameRange | null): void {
    this.#update({ range });
  }

  /** Adds a projection over all frames to the host, as a layer of one frame, in place of the one there was. */
  project(kind: ProjectionKind, part: ProjectionPart): Promise<void> {
    return this.#tasks.projection.run(async (signal, tell) => {
      const { shape } = this.#requireStack();
      const method = this.#method;
      if (part === "sparse" && !method) {
        throw new SlnetError("bad-input", "there is nothing to clean the frames with; train or clean first");
      }
      const projections =
        this.#keptFor(part, method) ?? (await this.#computeProjections(part === "raw" ? null : method, signal, tell));
      const projection = projections[part];
      if (!projection) throw new SlnetError("internal", `the projections have no ${part} part`);
      signal.throwIfAborted();
      const text = plotStrings();
      const name = text.projectionName(text[kind], part === "raw" ? text.raw : text.cleaned);
      await this.#layers.show(name, shape, projection[kind], this.#source.geometry());
    });
  }

  /** Ends what is under way; what was found before stays. */
  cancel(name: InspectionTaskName): void {
    this.#tasks[name].cancel();
  }

  /** Takes the trace or the kymograph away, and its shape in the viewer. */
  clear(name: ProfileName): void {
    this.#tasks[name].cancel();
    this.#showShape(name, null);
    this.#update({ [name]: null, paths: { ...this.#state.paths, [name]: null } });
  }

  /** Calls off what is under way, and waits until nothing of it is left in the worker. */
  async close(): Promise<void> {
    await Promise.all(Object.values(this.#tasks).map((task) => task.close()));
  }

  /** Ends what is under way and takes its shapes off the picture, and its layers. */
  dispose(): void {
    if (this.#disposed) return;
    this.#reset();
    this.#disposed = true;
    for (const off of this.#stopListening) off?.();
    this.#listeners.clear();
  }

  get #method(): CleaningMethod | null {
    return methodAtHand(this.#source.state());
  }

  /** Some methods have no values for single pixels: the raw ones are better than none. */
  get #profileMethod(): CleaningMethod | null {
    const method = this.#method;
    return method && needsWholeFrames(method.type) ? null : method;
  }

  #follow(): void {
    const { stack, model } = this.#source.state();
    if (stack !== this.#stack) {
      this.#reset();
      this.#stack = stack;
    }
    const shape = stack?.shape ?? null;
    const method = this.#method?.type ?? null;
    const { state } = this;
    if (shape !== state.shape || method !== state.method || model !== this.#model) {
      this.#model = model;
      this.#update({ shape, method, outdated: this.#outdated() });
    }
  }

  #outdated(): InspectionState["outdated"] {
    const isOld = (name: ProfileName): boolean =>
      this.#state[name] !== null && !sameMethod(this.#methods[name], this.#profileMethod);
    return { trace: isOld("trace"), kymograph: isOld("kymograph") };
  }

  /** Another stack: nothing of the old one stays. */
  #reset(): void {
    for (const task of Object.values(this.#tasks)) task.cancel();
    for (const name of profileNames) this.#showShape(name, null);
    this.#layers.hideAll();
    this.#kept = null;
    this.#update({ range: null, ...nothing, paths: nothing, outdated: current });
  }

  #onPick(shape: PickedShape): void {
    if (!this.#stack) return;
    if (shape.kind === "point") void this.trace(shape.x, shape.y);
    if (shape.kind === "line") void this.kymograph(shape);
  }

  #profile(name: ProfileName, { from, to }: PixelPath, all = false): Promise<void> {
    const path = { from, to };
    this.#update({ paths: { ...this.#state.paths, [name]: path } });
    return this.#tasks[name].run(async (signal, tell) => {
      try {
        await this.#readProfile(name, path, all, signal, tell);
      } catch (error) {
        // What was there is of another path.
        if (!signal.aborted) this.#update({ [name]: null });
        throw error;
      }
    });
  }

  async #readProfile(name: ProfileName, path: PixelPath, all: boolean, signal: AbortSignal, tell: Tell): Promise<void> {
    const { shape } = this.#requireStack();
    requirePixels(path, shape);
    const { from, to } = path;
    this.#showShape(name, name === "trace" ? { kind: "point", x: from[0], y: from[1] } : { kind: "line", from, to });
    const step = this.#source.host?.dims.step ?? 0;
    const [first, last] = framesToRead(path, shape, { step, range: this.#state.range, all });
    const stack = await this.#source.ready(signal);
    const method = this.#profileMethod;
    const engine = this.#source.state().configuration?.engine ?? "auto";
    const run = await stack.profile(method, path, { from: first, to: last, tail: "shift", engine }, { signal });
    const collector = new ProfileCollector(path, run.plan);
    for await (const report of run) {
      signal.throwIfAborted();
      this.#methods[name] = method;
      this.#update({ [name]: collector.add(report) });
      this.#update({ outdated: this.#outdated() });
      tell(report.progress);
    }
  }

  #keptFor(part: ProjectionPart, method: CleaningMethod | null): Projections | null {
    const kept = this.#kept;
    if (!kept) return null;
    return part === "raw" || sameMethod(kept.method, method) ? kept.projections : null;
  }

  async #computeProjections(method: CleaningMethod | null, signal: AbortSignal, tell: Tell): Promise<Projections> {
    const stack = await this.#source.ready(signal);
    const { shape } = stack.description;
    const engine = this.#source.state().configuration?.engine ?? "auto";
    const options = { from: 0, to: shape.frames, lowRank: false, tail: "shift", engine } as const;
    let projections: Projections | null = null;
    for await (const report of await stack.project(method, options, { signal })) {
      signal.throwIfAborted();
      projections = report.projections ?? projections;
      tell(report.progress);
    }
    if (!projections) throw new SlnetError("internal", "the projections ended without a result");
    const bytes = 4 * shape.height * shape.width * 3 * (projections.sparse ? 2 : 1);
    this.#kept = bytes <= maximumKeptBytes ? { method, projections } : null;
    return projections;
  }

  #requireStack(): NonNullable<SessionState["stack"]> {
    if (this.#stack) return this.#stack;
    throw new SlnetError("bad-input", "no stack is open, expected one: open a file or the sample first");
  }

  #showShape(name: ProfileName, shape: PickedShape | null): void {
    this.#source.host?.shapes?.show(`slnet-${name}`, shape);
  }

  #update(patch: Partial<InspectionState>): void {
    if (this.#disposed) return;
    this.#state = { ...this.#state, ...patch };
    for (const listener of this.#listeners) listener(this.#state);
  }
}

/** @throws {@link SlnetError} `bad-input` where an end is no pixel of the frame */
function requirePixels({ from, to }: PixelPath, { width, height }: StackShape): void {
  for (const [x, y] of [from, to]) {
    if (Number.isInteger(x) && Number.isInteger(y) && x >= 0 && y >= 0 && x < width && y < height) continue;
    throw new SlnetError("bad-input", `there is no pixel at x ${x}, y ${y}, expected one of ${width}×${height} pixels`);
  }
}

function sameMethod(one: CleaningMethod | null, other: CleaningMethod | null): boolean {
  if (one?.type === "slnet" && other?.type === "slnet") return one.model === other.model;
  return one === other;
}
