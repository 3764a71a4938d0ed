import type { ModelFile } from "../core/model.js";
import { trainingOptions, type ConfigurationOptions } from "./configuration-errors.js";
import type { ImageDisplay } from "./host/contract.js";
import type { SessionActions } from "./session-actions.js";
import type { SessionPreview } from "./session-preview.js";

/** Takes a model in place of the one at hand, and shows what it makes of the open stack. */
export class SessionModel {
  readonly #actions: SessionActions;
  readonly #preview: SessionPreview;
  readonly #geometry: () => Partial<ImageDisplay>;
  readonly #configure: (options: ConfigurationOptions) => void;

  /**
   * @param geometry - of the layers shown
   * @param configure - takes the options of a model
   */
  constructor(
    actions: SessionActions,
    preview: SessionPreview,
    geometry: () => Partial<ImageDisplay>,
    configure: (options: ConfigurationOptions) => void,
  ) {
    this.#actions = actions;
    this.#preview = preview;
    this.#geometry = geometry;
    this.#configure = configure;
  }

  load(file: File): Promise<void> {
    return this.#actions.perform("opening", async (signal) => {
      const { readChosenModel } = await import("./chosen-model.js");
      const { temporalShifts } = this.#actions.state.configuration ?? {};
      const facts = temporalShifts ? { temporalShifts } : {};
      const { model, notices } = await readChosenModel(file, facts);
      signal.throwIfAborted();
      this.#configure(trainingOptions(model.configuration));
      await this.#adopt(model, [`The options were taken from ${file.name}.`, ...notices]);
    });
  }

  async use(model: ModelFile | null): Promise<void> {
    await this.#actions.perform("opening", () => this.#adopt(model, []));
    // It was no stack that was opened.
    if (this.#actions.state.activity === "idle") this.#actions.update({ outcome: null });
  }

  async #adopt(model: ModelFile | null, notices: readonly string[]): Promise<void> {
    await this.#preview.close();
    this.#actions.update({ model, training: null, result: null, saved: null, notices });
    const { stack } = this.#actions.state;
    if (stack && model) await this.#preview.showModel(stack.shape, this.#geometry());
    else this.#preview.hide();
  }
}
