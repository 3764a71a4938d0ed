import type { StackShape } from "../core/frames.js";
import type { CleaningRun } from "../protocol/client.js";
import type { CleanedReceiver } from "./cleaned-receiver.js";
import type { ImageDisplay } from "./host/contract.js";
import type { SessionActions } from "./session-actions.js";
import type { SessionLayers } from "./session-layers.js";
import type { SessionPreview } from "./session-preview.js";
import { cleaningMethod, type CleanRequest } from "./session-requests.js";
import { ShownCleaning } from "./shown-cleaning.js";
import type { StackConnection } from "./stack-connection.js";

const defaultMemoryBudgetBytes = 256 * 1024 ** 2;

/** Cleans the open stack and shows the frames as they are finished. */
export class SessionCleaning {
  readonly #actions: SessionActions;
  readonly #connection: StackConnection;
  readonly #layers: SessionLayers;
  readonly #preview: SessionPreview;
  readonly #geometry: () => Partial<ImageDisplay>;
  readonly #memoryBudgetBytes: number;
  readonly #receiver: CleanedReceiver | undefined;
  #shown: ShownCleaning | null = null;

  /**
   * @param geometry - of the layers shown
   * @param memoryBudgetBytes - for cleaned frames
   * @param receiver - takes them too
   */
  constructor(
    actions: SessionActions,
    connection: StackConnection,
    layers: SessionLayers,
    preview: SessionPreview,
    geometry: () => Partial<ImageDisplay>,
    memoryBudgetBytes = defaultMemoryBudgetBytes,
    receiver?: CleanedReceiver,
  ) {
    this.#actions = actions;
    this.#connection = connection;
    this.#layers = layers;
    this.#preview = preview;
    this.#geometry = geometry;
    this.#memoryBudgetBytes = memoryBudgetBytes;
    this.#receiver = receiver;
  }

  clean(request: CleanRequest): Promise<void> {
    const { lowRank = false, tail = "shift" } = request;
    return this.#actions.perform(
      "cleaning",
      async (signal) => {
        const { model, configuration, metadata } = this.#actions.state;
        const method = cleaningMethod(request, model, metadata);
        const stack = await this.#connection.ready(signal);
        const engine = configuration?.engine ?? "auto";
        const { shape } = stack.description;
        const run = await stack.clean(method, { from: 0, to: shape.frames, lowRank, tail, engine }, { signal });
        const shown = await this.#show(run, shape, lowRank);
        const { plan } = run;
        const result = { from: plan.from, to: plan.to, method, tail, lowRank };
        this.#actions.update({
          engine: plan.engine ?? this.#actions.state.engine,
          notices: plan.notices,
          result: { ...result, done: plan.from },
          saved: null,
        });
        await this.#receiver?.begin({ shape, from: plan.from, to: plan.to, lowRank }, signal);
        for await (const block of this.#actions.follow(run, signal)) {
          shown.add(block);
          await this.#receiver?.take(block, signal);
          this.#actions.update({ progress: block.progress, result: { ...result, done: block.to } });
        }
      },
      { action: "clean", clean: request },
    );
  }

  /** Ends the run behind the frames shown; those in memory stay. */
  async close(): Promise<void> {
    const shown = this.#shown;
    this.#shown = null;
    await shown?.close();
  }

  /** The worker is gone, and the run with it. */
  lose(): void {
    this.#shown?.lose();
  }

  async #show(run: CleaningRun, shape: StackShape, lowRank: boolean): Promise<ShownCleaning> {
    const shown = new ShownCleaning(run, shape, lowRank, this.#memoryBudgetBytes);
    await Promise.all([this.close(), this.#preview.close()]);
    this.#shown = shown;
    this.#preview.hide();
    await shown.show(this.#layers, this.#geometry());
    return shown;
  }
}
