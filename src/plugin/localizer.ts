import { SlnetError } from "../core/errors.js";
import type { CleaningMethod } from "../protocol/api.js";
import type { ImageDisplay, Unsubscribe, ViewerHost } from "./host/contract.js";
import type { InspectionSource } from "./inspection.js";
import { InspectionTask, restingTask, type TaskState } from "./inspection-task.js";
import { defaultLocalizerSettings, localizerCall, type LocalizerSettings } from "./localizer-settings.js";
import { LocalizedPart, type LocalizedPartName } from "./localized-part.js";
import { MethodComparison } from "./method-comparison.js";
import { PictureLayers } from "./picture-layers.js";
import { resultFileName } from "./save-formats.js";
import type { DeliverFile } from "./session-saving.js";
import { methodAtHand, stackMetadata, type SessionState } from "./session-state.js";
import { localizerStrings } from "./strings/localizer.js";

/** What the localizer needs of its session. */
export interface LocalizerSource extends Omit<InspectionSource, "geometry" | "state"> {
  state(): ReturnType<InspectionSource["state"]> & Pick<SessionState, "metadata" | "activity">;
  /** Whether reading frames may fetch something, so that only a person decides on it. */
  mayFetch(): boolean;
  readonly deliver: DeliverFile;
}

/** All that an interface needs to draw. Each change is a new record. */
export interface LocalizerState {
  readonly stack: SessionState["stack"];
  /** By which the background of the cleaned part is found, `null`: there is no way yet. */
  readonly method: CleaningMethod["type"] | null;
  readonly raw: LocalizedPart | null;
  readonly cleaned: LocalizedPart | null;
  /** Which of them is worked on, or was last. */
  readonly part: LocalizedPartName;
  readonly notices: readonly string[];
  readonly task: TaskState;
}

const nothing = { raw: null, cleaned: null, notices: [] } as const;

/**
 * Localizes the emitters of the open stack twice, without and with the background of the method at hand, and shows both
 * super-resolution images. No method rejects: an error becomes the state of the task.
 */
export class Localizer {
  /** Of ways to find the background, by the same fit. */
  readonly comparison: MethodComparison;
  readonly #source: LocalizerSource;
  readonly #layers: PictureLayers;
  readonly #listeners = new Set<(state: LocalizerState) => void>();
  readonly #task = new InspectionTask((task) => this.#update({ task }));
  readonly #stopListening: readonly (Unsubscribe | undefined)[];
  #disposed = false;
  #state: LocalizerState = { stack: null, method: null, ...nothing, part: "raw", task: restingTask };

  constructor(source: LocalizerSource) {
    this.#source = source;
    this.comparison = new MethodComparison(source);
    this.#layers = new PictureLayers(source.host);
    this.#stopListening = [
      source.subscribe(() => this.#follow()),
      source.host?.on("layers-changed", ({ reason, id }) => {
        if (reason === "removed") this.#layers.forget(id);
      }),
    ];
    this.#follow();
  }

  get state(): LocalizerState {
    return this.#state;
  }

  /** Where the images are shown, `null` without one. */
  get host(): ViewerHost | null {
    return this.#source.host;
  }

  /** Side of a camera pixel as the stack or a person says it, in nm. */
  get knownPixelSizeNm(): number | null {
    return stackMetadata(this.#source.state())?.pixelSizeNm ?? null;
  }

  /** True for a layer that shows an image of this localizer. */
  owns(layerId: string): boolean {
    return this.#layers.has(layerId);
  }

  /** Calls back after each change. */
  subscribe(callback: (state: LocalizerState) => void): Unsubscribe {
    this.#listeners.add(callback);
    return () => void this.#listeners.delete(callback);
  }

  /** Localizes raw frames, then with the background that is subtracted, and shows both images in place of the other layers. */
  localize(request: Partial<LocalizerSettings> = {}): Promise<void> {
    const settings = { ...defaultLocalizerSettings, ...request };
    return this.#task.run(async (signal, tell) => {
      this.#update(nothing);
      const method = methodAtHand(this.#source.state());
      const shown: string[] = [];
      for (const [part, by] of [
        ["raw", null],
        ["cleaned", method],
      ] as const) {
        if (part === "cleaned" && !by) continue;
        this.#update({ part });
        const localized = await this.#read(part, by, settings, signal, tell);
        const id = await this.#show(part, localized, settings.magnification);
        signal.throwIfAborted();
        if (id !== null) shown.push(id);
      }
      this.#hideAllBut(shown);
    });
  }

  /** Ends what is under way; what was found before stays. */
  cancel(): void {
    this.#task.cancel();
  }

  /** Hands the table of a part over in ThunderSTORM's columns. */
  async save(part: LocalizedPartName): Promise<void> {
    const localized = this.#state[part];
    const { stack } = this.#state;
    if (!localized || !stack) return;
    this.#source.deliver(await localized.table(), resultFileName(undefined, stack.name, `_${part}_localizations.csv`));
  }

  /** Calls off what is under way, and waits until nothing of it is left in the worker. */
  async close(): Promise<void> {
    await Promise.all([this.#task.close(), this.comparison.close()]);
  }

  /** Ends what is under way and takes its layers away. */
  dispose(): void {
    if (this.#disposed) return;
    this.#reset();
    this.#disposed = true;
    for (const off of this.#stopListening) off?.();
    this.#listeners.clear();
    this.comparison.dispose();
  }

  async #read(
    part: LocalizedPartName,
    method: CleaningMethod | null,
    settings: LocalizerSettings,
    signal: AbortSignal,
    tell: (progress: NonNullable<TaskState["progress"]>) => void,
  ): Promise<LocalizedPart> {
    const stack = await this.#source.ready(signal);
    const { shape } = stack.description;
    const { pixelSizeNm, ...call } = localizerCall(this.#source.state(), settings);
    const localized = new LocalizedPart(method?.type ?? null, pixelSizeNm);
    const picture = { magnification: settings.magnification, pixelSizeNm };
    const options = { from: 0, to: shape.frames, tail: "shift", ...call, picture } as const;
    const run = await stack.localize(method, options, { signal });
    this.#update({ notices: [...new Set([...this.#state.notices, ...run.plan.notices])] });
    for await (const block of run) {
      signal.throwIfAborted();
      localized.add(block);
      this.#update({ [part]: localized });
      tell(block.progress);
    }
    return localized;
  }

  /** Adds the image to the host. Returns its layer, `null` without a host. */
  async #show(
    part: LocalizedPartName,
    { rendering, pixelSizeNm }: LocalizedPart,
    magnification: number,
  ): Promise<string | null> {
    if (!rendering) throw new SlnetError("internal", "the image was not drawn");
    const text = localizerStrings();
    const { height, width, image } = rendering;
    const side = pixelSizeNm / magnification;
    const display: Partial<ImageDisplay> = {
      scale: [1, side, side],
      units: ["frame", "nm", "nm"],
      valueUnit: text.valueUnit,
      colormap: "hot",
    };
    return this.#layers.show(text.imageName(text[part]), { height, width }, image, display);
  }

  /** The images are seen by themselves, beside each other where the viewer does that. */
  #hideAllBut(shown: readonly string[]): void {
    const { host } = this.#source;
    if (!host || shown.length === 0) return;
    for (const { id } of host.layers.list()) host.layers.update(id, { visible: shown.includes(id) });
  }

  #follow(): void {
    const { stack } = this.#source.state();
    if (stack?.shape !== this.#state.stack?.shape) this.#reset();
    const method = methodAtHand(this.#source.state())?.type ?? null;
    if (stack !== this.#state.stack || method !== this.#state.method) this.#update({ stack, method });
  }

  /** Another stack: nothing of the old one stays. */
  #reset(): void {
    this.#task.cancel();
    this.#layers.hideAll();
    this.#update(nothing);
  }

  #update(patch: Partial<LocalizerState>): void {
    if (this.#disposed) return;
    this.#state = { ...this.#state, ...patch };
    for (const listener of this.#listeners) listener(this.#state);
  }
}
