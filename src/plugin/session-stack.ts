import { SlnetError } from "../core/errors.js";
import { unknownMetadata } from "../core/frames.js";
import type { ViewerHost } from "./host/contract.js";
import type { SessionActions } from "./session-actions.js";
import { layerGeometry, type SessionLayers } from "./session-layers.js";
import type { OpenedStackUser } from "./session-opening.js";
import type { SessionPreview } from "./session-preview.js";
import { checkedOptions } from "./session-settings.js";
import { stackMetadata } from "./session-state.js";
import { lostFrame, type StackConnection } from "./stack-connection.js";
import { StackFrames, type ReadFrame } from "./stack-frames.js";

/** The open stack as the state and the viewer have it. */
export class SessionStack {
  readonly #actions: SessionActions;
  readonly #connection: StackConnection;
  readonly #layers: SessionLayers;
  readonly #preview: SessionPreview;
  readonly #host: ViewerHost | null;

  constructor(
    actions: SessionActions,
    connection: StackConnection,
    layers: SessionLayers,
    preview: SessionPreview,
    host: ViewerHost | null,
  ) {
    this.#actions = actions;
    this.#connection = connection;
    this.#layers = layers;
    this.#preview = preview;
    this.#host = host;
  }

  /** Step sizes of the layers shown. */
  geometry(): ReturnType<typeof layerGeometry> {
    return layerGeometry(stackMetadata(this.#actions.state) ?? unknownMetadata);
  }

  /** Takes a stack that was opened in place of the one before. */
  async show(...[{ description }, opened]: Parameters<OpenedStackUser["show"]>): Promise<void> {
    const { source, sameSource, chosen, others } = opened;
    const { metadata, options } = this.#actions.state;
    this.#preview.hide();
    this.#layers.hideAll();
    this.#actions.update({
      stack: description,
      chosen,
      // Another part of the same file was recorded by the same camera.
      metadata: sameSource ? metadata : {},
      ...unseen,
      training: null,
      result: null,
      saved: null,
      notices:
        others === 0 ? [] : [`${description.name} is the first of ${others + 1} stacks; the others stay closed.`],
      ...checkedOptions({ options, stack: description, region: null }),
    });
    if (source.type === "frames") return;
    const raw = new StackFrames(description.shape, (index, reading) => this.#readRaw(index, reading));
    await this.#layers.show("raw", raw, { name: description.name, ...this.geometry() });
    this.#host?.dims.setStep(0);
  }

  /** Somebody took away the layer that was the stack. */
  lose(layerId: string): void {
    const { stack } = this.#actions.state;
    this.#actions.update({ stack: null, result: null, saved: null, metadata: {}, chosen: [], ...unseen });
    const message = `layer ${stack?.name ?? layerId} was removed from the viewer, expected it to stay: open a stack again`;
    this.#actions.stop(new SlnetError("bad-input", message));
  }

  async #readRaw(index: number, signal?: AbortSignal): ReturnType<ReadFrame> {
    const stack = this.#connection.stack;
    if (!stack) throw lostFrame(index);
    return stack.readFrame(index, { signal });
  }
}

/** What is known of a stack that was opened just now. */
const unseen = { region: null, survey: null, surveyError: null, estimate: null } as const;
