import { errorMessage, isSlnetError, SlnetError } from "../core/errors.js";
import type { Unsubscribe, ViewerHost } from "./host/contract.js";
import { cancelledOutcome, finishedOutcome } from "./session-outcome.js";
import type { SessionActivity, SessionState } from "./session-state.js";

/** The state of a session and the one action that may be under way: how it starts, ends, fails or is stopped. */
export class SessionActions {
  readonly #host: ViewerHost | null;
  readonly #listeners = new Set<(state: SessionState) => void>();
  #state: SessionState;
  #operation: AbortController | null = null;
  #disposed = false;

  constructor(host: ViewerHost | null, state: SessionState) {
    this.#host = host;
    this.#state = state;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Calls back after each change. */
  subscribe(callback: (state: SessionState) => void): Unsubscribe {
    this.#listeners.add(callback);
    return () => void this.#listeners.delete(callback);
  }

  update(patch: Partial<SessionState>): void {
    this.#state = { ...this.#state, ...patch };
    for (const listener of this.#listeners) listener(this.#state);
  }

  /** Runs one action: its states, its errors, and its end unless a cancel was there first. */
  async perform(
    activity: Exclude<SessionActivity, "idle">,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    if (this.#disposed) return;
    if (this.#operation) {
      this.fail(
        new SlnetError("bad-input", `${activity} cannot start during ${this.#state.activity}; cancel that first`),
      );
      return;
    }
    const operation = new AbortController();
    const startedAt = performance.now();
    this.#operation = operation;
    this.update({ activity, progress: null, outcome: null, error: null, notices: [] });
    try {
      await work(operation.signal);
      if (this.#operation !== operation) return;
      this.#operation = null;
      const seconds = (performance.now() - startedAt) / 1000;
      const outcome =
        activity === "opening" && this.#state.choice ? null : finishedOutcome(activity, this.#state, seconds);
      this.update({ ...idle, outcome });
    } catch (error) {
      if (this.#operation !== operation) return;
      this.#operation = null;
      this.update(idle);
      this.fail(error);
    }
  }

  /** Stops what is under way, because a person wants it. */
  cancel(): void {
    const operation = this.#operation;
    if (!operation) return;
    const { activity } = this.#state;
    this.#operation = null;
    operation.abort(new DOMException(`${activity} was cancelled`, "AbortError"));
    this.update({ ...idle, outcome: cancelledOutcome(activity, this.#state) });
  }

  /** Ends what is under way with an error. */
  stop(error: SlnetError): void {
    const operation = this.#operation;
    this.#operation = null;
    operation?.abort(error);
    this.update(idle);
    this.fail(error);
  }

  /** Tells the person of an error. */
  fail(error: unknown): void {
    const code = isSlnetError(error) ? error.code : "internal";
    const message = errorMessage(error);
    this.update({ error: { code, message } });
    if (!this.#disposed) this.#host?.notify?.("error", message);
  }

  /** Nobody is told of anything any more, and no action starts. */
  dispose(): void {
    this.cancel();
    this.#disposed = true;
    this.#listeners.clear();
  }
}

const idle = { activity: "idle", progress: null, opening: null } as const;
