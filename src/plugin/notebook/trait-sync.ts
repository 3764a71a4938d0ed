import { errorMessage, SlnetError } from "../../core/errors.js";
import { parseModelFile, type ModelFile } from "../../core/model.js";
import type { SlnetSession } from "../session.js";
import type { SessionState } from "../session-state.js";
import { recordTrait, textTrait } from "./stack-traits.js";
import type { WidgetModel } from "./widget-model.js";

/** Traits that both sides change: options, what is known of the recording, and the model as the text of its file. */
const traits = ["configuration", "metadata", "model_record"] as const;
type Trait = (typeof traits)[number];

/** Keeps traits of the widget and the state of a session the same. The last one to change something is right. */
export class TraitSync {
  readonly #model: WidgetModel;
  readonly #session: SlnetSession;
  readonly #onFault: (message: string) => void;
  /** What both sides had last, as text. */
  readonly #known = new Map<Trait, string>();
  readonly #listeners: readonly (() => void)[];
  #record: ModelFile | null = null;
  #opening = false;
  /** The trait that the last fault was about. */
  #faulty: Trait | null = null;

  /** @param onFault - told what is wrong with a trait, one sentence; with nothing once it is right again */
  constructor(model: WidgetModel, session: SlnetSession, onFault: (message: string) => void) {
    this.#model = model;
    this.#session = session;
    this.#onFault = onFault;
    this.#listeners = [
      ...traits.map((trait) => {
        const take = (): void => void this.#take(trait);
        model.on(`change:${trait}`, take);
        return () => model.off(`change:${trait}`, take);
      }),
      session.subscribe((state) => this.#give(state)),
    ];
  }

  /** Opens a stack, and takes all that Python says of it and of what to do with it. Until then nothing goes to Python. */
  async takeAllAfter(open: () => Promise<void>): Promise<void> {
    this.#opening = true;
    try {
      await open();
      this.#known.clear();
      for (const trait of traits) await this.#take(trait);
    } finally {
      this.#opening = false;
    }
    this.#give(this.#session.state);
  }

  dispose(): void {
    for (const stop of this.#listeners) stop();
  }

  async #take(trait: Trait): Promise<void> {
    try {
      switch (trait) {
        case "configuration":
          this.#takeConfiguration();
          break;
        case "metadata":
          this.#takeMetadata();
          break;
        case "model_record":
          await this.#takeRecord();
          break;
        default:
          trait satisfies never;
      }
      if (this.#faulty === trait) {
        this.#faulty = null;
        this.#onFault("");
      }
    } catch (error) {
      this.#faulty = trait;
      // What is wrong stays with Python until somebody sets it right, there or here.
      const { options, metadata } = this.#session.state;
      if (trait !== "model_record") this.#known.set(trait, JSON.stringify(trait === "metadata" ? metadata : options));
      this.#onFault(errorMessage(error));
    }
  }

  #takeConfiguration(): void {
    const options = recordTrait(this.#model, "configuration");
    if (!this.#isNew("configuration", JSON.stringify(options))) return;
    const before = Object.keys(this.#session.state.options).map((key) => [key, undefined] as const);
    this.#session.configure({ ...Object.fromEntries(before), ...options });
    const [wrong] = Object.values(this.#session.state.optionErrors);
    if (wrong !== undefined) throw new SlnetError("bad-input", `the trait configuration is wrong: ${wrong}`);
  }

  #takeMetadata(): void {
    const metadata = recordTrait(this.#model, "metadata");
    if (!this.#isNew("metadata", JSON.stringify(metadata)) || !this.#session.state.stack) return;
    const before = Object.keys(this.#session.state.metadata).map((key) => [key, undefined] as const);
    // The session checks it, whatever it is, and tells what is wrong.
    this.#session.describe({ ...Object.fromEntries(before), ...metadata });
  }

  async #takeRecord(): Promise<void> {
    const text = textTrait(this.#model, "model_record");
    if (!this.#isNew("model_record", text)) return;
    if (text === "" && !this.#session.state.model) return;
    this.#record = text === "" ? null : parseModelFile(text, "of the notebook");
    await this.#session.useModel(this.#record);
  }

  /** Gives to Python what changed here. */
  #give({ activity, options, metadata, model, stack }: SessionState): void {
    if (this.#opening) return;
    const changed = new Map<Trait, unknown>();
    const give = (trait: Trait, text: string, value: unknown): void => {
      if (this.#isNew(trait, text)) changed.set(trait, value);
    };
    give("configuration", JSON.stringify(options), options);
    if (stack?.format === "frames") give("metadata", JSON.stringify(metadata), metadata);
    // While it is trained there is another one with each report.
    if (activity === "idle" && model !== this.#record) {
      this.#record = model;
      const text = model ? JSON.stringify(model) : "";
      give("model_record", text, text);
    }
    if (changed.size === 0) return;
    for (const [trait, value] of changed) this.#model.set(trait, value);
    this.#model.save_changes();
  }

  #isNew(trait: Trait, text: string): boolean {
    if (this.#known.get(trait) === text) return false;
    this.#known.set(trait, text);
    return true;
  }
}
