import { errorMessage, isSlnetError, SlnetError } from "../core/errors.js";
import type { Progress } from "../protocol/api.js";
import type { EndedRun, RunRequest } from "./ended-run.js";
import type { Unsubscribe, ViewerHost } from "./host/contract.js";
import { PauseGate, withoutPauses } from "./pause-gate.js";
import { cancelledOutcome, finishedOutcome } from "./session-outcome.js";
import type { SessionActivity, SessionState } from "./session-state.js";

type StartedRun = Pick<EndedRun, "request" | "startedAt" | "before">;

/** The state of a session and the one action that may be under way: how it starts, ends, fails or is stopped. */
export class SessionActions {
  readonly #host: ViewerHost | null;
  readonly #listeners = new Set<(state: SessionState) => void>();
  #state: SessionState;
  readonly #runListeners = new Set<(run: EndedRun) => void>();
  readonly #gate = new PauseGate();
  #operation: AbortController | null = null;
  /** Told of at its end. */
  #run: StartedRun | null = null;
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

  /** Calls back after each training, cleaning and saving, however it ended. */
  onRunEnded(callback: (run: EndedRun) => void): Unsubscribe {
    this.#runListeners.add(callback);
    return () => void this.#runListeners.delete(callback);
  }

  /** Asks nothing more of the worker until {@link resume}; what it has computed so far stays. */
  pause(): void {
    if (!this.#run || this.#state.paused) return;
    this.#gate.close();
    this.update({ paused: true });
  }

  resume(): void {
    if (!this.#state.paused) return;
    this.update({ paused: false });
    this.#gate.open();
  }

  /** The reports of a run, none while it is paused. Rate and time left are those of the time without pauses. */
  async *follow<Report extends { readonly progress: Progress }>(
    run: AsyncIterable<Report>,
    signal: AbortSignal,
  ): AsyncGenerator<Report, void, undefined> {
    const startedAt = performance.now();
    let pausedMs = 0;
    for await (const report of run) {
      signal.throwIfAborted();
      const elapsedMs = performance.now() - startedAt;
      yield pausedMs === 0 ? report : { ...report, progress: withoutPauses(report.progress, elapsedMs, pausedMs) };
      pausedMs += await this.#gate.pass(signal);
    }
  }

  update(patch: Partial<SessionState>): void {
    this.#state = { ...this.#state, ...patch };
    for (const listener of this.#listeners) listener(this.#state);
  }

  /**
   * Runs one action: its states, its errors, and its end unless a cancel was there first.
   *
   * @param request - of a run that can be paused and is told of at its end
   */
  async perform(
    activity: Exclude<SessionActivity, "idle">,
    work: (signal: AbortSignal) => Promise<void>,
    request: RunRequest | null = null,
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
    this.#run = request && { request, startedAt: new Date(), before: this.#state };
    this.update({ activity, progress: null, outcome: null, error: null, notices: [], paused: false });
    try {
      await work(operation.signal);
      if (this.#operation !== operation) return;
      this.#operation = null;
      const seconds = (performance.now() - startedAt) / 1000;
      const outcome =
        activity === "opening" && this.#state.choice ? null : finishedOutcome(activity, this.#state, seconds);
      this.update({ ...idle, outcome });
      this.#tellRun("finished");
    } catch (error) {
      if (this.#operation !== operation) return;
      this.#operation = null;
      this.update(idle);
      this.fail(error);
      this.#tellRun("failed");
    }
  }

  /** Stops what is under way, because a person wants it. */
  cancel(): void {
    const operation = this.#operation;
    if (!operation) return;
    const { activity } = this.#state;
    this.#operation = null;
    operation.abort(new DOMException(`${activity} was cancelled`, "AbortError"));
    this.#gate.open();
    this.update({ ...idle, outcome: cancelledOutcome(activity, this.#state) });
    this.#tellRun("cancelled");
  }

  /** Ends what is under way with an error. */
  stop(error: SlnetError): void {
    const operation = this.#operation;
    this.#operation = null;
    operation?.abort(error);
    this.#gate.open();
    this.update(idle);
    this.fail(error);
    this.#tellRun("failed");
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
    this.#runListeners.clear();
  }

  #tellRun(ending: EndedRun["ending"]): void {
    const run = this.#run;
    this.#run = null;
    if (!run) return;
    const seconds = (Date.now() - run.startedAt.getTime()) / 1000;
    for (const listener of this.#runListeners) listener({ ...run, ending, seconds, after: this.#state });
  }
}

const idle = { activity: "idle", progress: null, opening: null, paused: false } as const;
