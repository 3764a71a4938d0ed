import type { SessionActions } from "./session-actions.js";
import type { StackConnection } from "./stack-connection.js";

/** Says what a run would take, as long as nothing else is under way. */
export class SessionEstimate {
  readonly #actions: SessionActions;
  readonly #connection: StackConnection;
  #control: AbortController | null = null;

  constructor(actions: SessionActions, connection: StackConnection) {
    this.#actions = actions;
    this.#connection = connection;
    actions.subscribe(({ activity }) => {
      if (activity !== "idle") this.stop();
    });
  }

  /** In place of an estimate that is under way. There is none while an option is wrong, or without a stack. */
  async estimate(): Promise<void> {
    this.stop();
    const stack = this.#connection.stack;
    const { activity, options, configuration, region } = this.#actions.state;
    if (activity !== "idle") return;
    if (!stack || !configuration) {
      this.#actions.update({ estimate: null });
      return;
    }
    const control = (this.#control = new AbortController());
    try {
      const estimate = await stack.estimate(options, region, { signal: control.signal });
      this.#actions.update({ estimate });
    } catch {
      // What is wrong with the run is said when it is started.
      if (this.#control === control) this.#actions.update({ estimate: null });
    }
  }

  stop(): void {
    this.#control?.abort(new DOMException("the estimate was stopped", "AbortError"));
    this.#control = null;
  }
}
