import { isSlnetError, SlnetError } from "../core/errors.js";
import type { StackShape } from "../core/frames.js";
import type { CleaningRun } from "../protocol/client.js";
import type { ImageDisplay } from "./host/contract.js";
import type { SessionLayers } from "./session-layers.js";
import type { SessionState } from "./session-state.js";
import type { StackConnection } from "./stack-connection.js";
import { StackFrames, type ReadFrame } from "./stack-frames.js";

/** Opens a cleaning of the whole stack with the model at hand; rejects where there is none. */
export type OpenCleaning = () => Promise<CleaningRun>;

/** The layer that shows what the network makes of a frame: while it is trained, and afterwards with the model. */
export class SessionPreview {
  readonly #layers: SessionLayers;
  readonly #openCleaning: OpenCleaning;
  #frames: StackFrames | null = null;
  /** Cleans single frames with the model, once there is one. */
  #run: Promise<CleaningRun> | null = null;

  constructor(layers: SessionLayers, openCleaning: OpenCleaning) {
    this.#layers = layers;
    this.#openCleaning = openCleaning;
  }

  /** Where the frames come from now; `null` while no preview is shown. */
  get readFrame(): ReadFrame | null {
    return this.#frames?.readFrame ?? null;
  }

  /** Shows frames as they are made now; the contrast follows, since training changes the values a lot. */
  async show(readFrame: ReadFrame, shape: StackShape, geometry: Partial<ImageDisplay>): Promise<void> {
    if (this.#frames) {
      this.#layers.update("preview", { contrastLimits: null });
      this.#frames.replace(readFrame);
      return;
    }
    this.#frames = new StackFrames({ ...shape, type: "float32" }, readFrame);
    await this.#layers.show("preview", this.#frames, { name: "SLNet preview", ...geometry });
  }

  /** Shows frames as the model that was kept makes them. */
  async showModel(shape: StackShape, geometry: Partial<ImageDisplay>): Promise<void> {
    await this.show((index, signal) => this.#cleaned(index, signal), shape, geometry);
  }

  hide(): void {
    this.#layers.hide("preview");
    this.#frames = null;
  }

  /** Ends the cleaning behind the preview; the next frame that is asked for opens another one. */
  async close(): Promise<void> {
    const run = this.#run;
    this.#run = null;
    await run?.then(
      (opened) => opened.close(),
      () => undefined,
    );
  }

  /** The worker is gone, and the cleaning with it. */
  lose(): void {
    this.#run = null;
  }

  async #cleaned(index: number, signal?: AbortSignal): Promise<Float32Array> {
    this.#run ??= this.#openCleaning();
    try {
      const run = await this.#run;
      return (await run.frame(index, { signal })).sparse;
    } catch (error) {
      if (isSlnetError(error)) this.#run = null;
      throw error;
    }
  }
}

/** A cleaning of the whole open stack with the model at hand. Rejects where there is none. */
export async function openPreview(
  { model, stack, configuration }: Pick<SessionState, "model" | "stack" | "configuration">,
  connection: StackConnection,
): Promise<CleaningRun> {
  const handle = connection.stack;
  if (!model || !stack || !handle) {
    throw new SlnetError("worker-lost", "there is no worker or no model for the preview; start an action to get one");
  }
  const engine = configuration?.engine ?? "auto";
  return handle.clean(
    { type: "slnet", model },
    { from: 0, to: stack.shape.frames, lowRank: false, tail: "shift", engine },
  );
}
