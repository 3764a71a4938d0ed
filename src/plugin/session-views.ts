import { download } from "./download.js";
import type { ImageDisplay, ViewerHost } from "./host/contract.js";
import type { Inspection } from "./inspection.js";
import type { Localizer } from "./localizer.js";
import type { SessionActions } from "./session-actions.js";
import type { DeliverFile } from "./session-saving.js";
import type { StackConnection } from "./stack-connection.js";

/** What looks at the open stack beside the actions. Each is loaded when it is asked for. */
export class SessionViews {
  readonly #actions: SessionActions;
  readonly #connection: StackConnection;
  readonly #host: ViewerHost | null;
  readonly #geometry: () => Partial<ImageDisplay>;
  readonly #deliver: DeliverFile;
  #inspection: Inspection | null = null;
  #localizer: Localizer | null = null;
  #disposed = false;

  /** @param geometry - of the layers shown */
  constructor(
    actions: SessionActions,
    connection: StackConnection,
    host: ViewerHost | null,
    geometry: () => Partial<ImageDisplay>,
    deliver: DeliverFile = download,
  ) {
    this.#actions = actions;
    this.#connection = connection;
    this.#host = host;
    this.#geometry = geometry;
    this.#deliver = deliver;
  }

  get inspection(): Inspection | null {
    return this.#inspection;
  }

  get localizer(): Localizer | null {
    return this.#localizer;
  }

  async inspect(): Promise<Inspection> {
    const { Inspection } = await import("./inspection.js");
    if (this.#inspection) return this.#inspection;
    this.#inspection = new Inspection({ ...this.#openStack(), geometry: this.#geometry });
    if (this.#disposed) this.#inspection.dispose();
    return this.#inspection;
  }

  async loadLocalizer(): Promise<Localizer> {
    const { Localizer } = await import("./localizer.js");
    if (this.#localizer) return this.#localizer;
    this.#localizer = new Localizer({
      ...this.#openStack(),
      mayFetch: () => this.#connection.mayFetch,
      deliver: this.#deliver,
    });
    if (this.#disposed) this.#localizer.dispose();
    return this.#localizer;
  }

  /** True for a layer that one of them shows. */
  owns(layerId: string): boolean {
    return [this.#inspection, this.#localizer].some((owner) => owner?.owns(layerId));
  }

  /** Calls off what they do, and waits until nothing of it is left in the worker. */
  async close(): Promise<void> {
    await Promise.all([this.#inspection?.close(), this.#localizer?.close()]);
  }

  dispose(): void {
    this.#disposed = true;
    this.#inspection?.dispose();
    this.#localizer?.dispose();
  }

  #openStack() {
    const actions = this.#actions;
    return {
      host: this.#host,
      state: () => actions.state,
      subscribe: (callback: () => void) => actions.subscribe(callback),
      ready: (signal: AbortSignal) => this.#connection.ready(signal),
    };
  }
}
