import { errorMessage, isSlnetError } from "../core/errors.js";
import type { SessionActions } from "./session-actions.js";
import type { SessionState } from "./session-state.js";
import type { StackConnection } from "./stack-connection.js";

/** Looks at the open stack beside everything else: it gives way to every action, and nothing waits for it. */
export class SessionSurvey {
  readonly #actions: SessionActions;
  readonly #connection: StackConnection;
  #control: AbortController | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(actions: SessionActions, connection: StackConnection) {
    this.#actions = actions;
    this.#connection = connection;
  }

  /** Looks at a sample of the frames, in place of a look that is under way. Never rejects. */
  survey(): Promise<void> {
    const before = this.close();
    const { signal } = (this.#control = new AbortController());
    this.#running = before.then(() => this.#look(signal));
    return this.#running;
  }

  /** Stops it; resolves once the worker is done with the stack. */
  async close(): Promise<void> {
    this.#control?.abort(new DOMException("the survey was stopped", "AbortError"));
    await this.#running;
  }

  async #look(signal: AbortSignal): Promise<void> {
    try {
      await this.#idle(signal);
      const stack = this.#connection.stack;
      const { region, options, configuration } = this.#actions.state;
      if (!stack) return;
      const run = await stack.survey(region, configuration ? options : {}, { signal });
      for await (const { survey } of run) {
        if (survey) this.#actions.update({ survey, surveyError: null });
        // The worker looks on only when it is asked for more.
        await this.#idle(signal);
      }
    } catch (error) {
      if (signal.aborted || (isSlnetError(error) && error.code === "worker-lost")) return;
      this.#actions.update({ survey: null, surveyError: errorMessage(error) });
    }
  }

  /** Resolves once no action is under way, and rejects on an abort. */
  #idle(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = ({ activity }: Pick<SessionState, "activity">): void => {
        if (!signal.aborted && activity !== "idle") return;
        off();
        if (signal.aborted) reject(signal.reason as DOMException);
        else resolve();
      };
      const off = this.#actions.subscribe(check);
      signal.addEventListener("abort", () => check(this.#actions.state), { once: true });
      check(this.#actions.state);
    });
  }
}
