import { workerSource } from "slnet-notebook-worker";

import { errorMessage } from "../../core/errors.js";
import { defineElements } from "../define-elements.js";
import { registerSlnet, type SlnetRegistration } from "../register.js";
import { layerGeometry } from "../session-layers.js";
import { stackMetadata, type SessionState } from "../session-state.js";
import { startBlobWorker } from "../worker-client.js";
import { CellFrame } from "./cell-frame.js";
import { CleanedSender } from "./cleaned-sender.js";
import { KernelFrames } from "./kernel-frames.js";
import { KernelLink } from "./kernel-link.js";
import { useNotebookStrings } from "./notebook-strings.js";
import { stackTraits } from "./stack-traits.js";
import { TraitSync } from "./trait-sync.js";
import type { WidgetModel } from "./widget-model.js";

/** Where the trait `answer_seconds` says nothing sensible. */
const usualAnswerSeconds = 60;

/** One view of the widget: viewer, panel and worker over the stack that Python holds. */
export class NotebookCell {
  readonly #model: WidgetModel;
  readonly #frame: CellFrame;
  readonly #link: KernelLink;
  #registration: SlnetRegistration | null = null;
  #sync: TraitSync | null = null;
  #layerId: string | null = null;
  #opening: Promise<void> = Promise.resolve();
  #disposed = false;

  /** @param place - gets the view */
  constructor(model: WidgetModel, place: HTMLElement) {
    useNotebookStrings();
    defineElements();
    this.#model = model;
    this.#frame = new CellFrame(place);
    this.#link = new KernelLink(model, {
      answerLimitMs: 1000 * answerSeconds(model),
      onWaiting: (waiting) => this.#frame.setWaiting(waiting),
      onFault: (error) => this.#frame.setFault(error.message),
    });
    model.on("change:revision", this.#open);
  }

  /** Starts the panel and opens the stack. What fails is told in the cell. */
  async start(): Promise<void> {
    const registration = await registerSlnet(this.#frame.viewer.host, {
      workerFactory: () => startBlobWorker(workerSource),
      receiver: new CleanedSender(this.#link, () => this.#isOwnStack()),
    });
    if (this.#disposed) {
      registration.dispose();
      return;
    }
    this.#registration = registration;
    this.#sync = new TraitSync(this.#model, registration.session, (message) => this.#frame.setFault(message));
    registration.session.subscribe((state) => this.#scale(state));
    this.#open();
    await this.#opening;
  }

  /** Takes the view away and ends its worker. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#model.off("change:revision", this.#open);
    this.#sync?.dispose();
    this.#link.dispose();
    this.#registration?.dispose();
    this.#frame.dispose();
  }

  /** Opens the stack of the traits in place of the one before. One after the other, the last one stays. */
  readonly #open = (): void => {
    this.#opening = this.#opening
      .then(() => this.#openNow())
      .catch((error: unknown) => {
        if (!this.#disposed) this.#frame.setFault(errorMessage(error));
      });
  };

  async #openNow(): Promise<void> {
    const session = this.#registration?.session;
    const host = session?.host;
    if (!session || !host || this.#disposed) return;
    this.#frame.setFault("");
    const { name, shape } = stackTraits(this.#model);
    const before = this.#layerId;
    this.#layerId = await host.layers.add([new KernelFrames(this.#link, shape), { name }, "image"]);
    const layer = host.layers.get(this.#layerId);
    if (!layer) return;
    await this.#sync?.takeAllAfter(() => session.openLayer(layer));
    // Only now, so that the session does not take it for a loss of its stack.
    if (before !== null) host.layers.remove(before);
  }

  /** The layer is ours, not the session's: its pixels have the size that the session knows. */
  #scale(state: SessionState): void {
    const metadata = stackMetadata(state);
    if (this.#layerId === null || !metadata || !this.#isOwnStack()) return;
    this.#registration?.session.host?.layers.update(this.#layerId, layerGeometry(metadata));
  }

  #isOwnStack(): boolean {
    return this.#registration?.session.state.stack?.format === "frames";
  }
}

function answerSeconds(model: WidgetModel): number {
  const seconds = model.get("answer_seconds");
  return typeof seconds === "number" && seconds > 0 && seconds <= 1e6 ? seconds : usualAnswerSeconds;
}
