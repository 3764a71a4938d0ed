import type { Unsubscribe } from "../../host/contract.js";
import type { SlnetSession } from "../../session.js";
import type { SessionState } from "../../session-state.js";

/** Typing takes pauses, and the first frame of a stack comes first. */
const pauseMs = 1000;

/**
 * Keeps what a session knows beforehand in step with its stack and options: the look at the stack, and what a run would
 * take. Both only while nothing else is under way, and of a stack that may have to be fetched only on request.
 */
export class AdviceKeeper {
  readonly #session: SlnetSession;
  readonly #unsubscribe: Unsubscribe;
  #timer = 0;
  #surveyed = "";
  #estimated = "";
  #stack: SessionState["stack"] = null;

  constructor(session: SlnetSession) {
    this.#session = session;
    this.#unsubscribe = session.subscribe(() => this.#follow());
    this.#follow();
  }

  stop(): void {
    this.#unsubscribe();
    clearTimeout(this.#timer);
  }

  #follow(): void {
    const { state } = this.#session;
    if (state.stack !== this.#stack) {
      this.#stack = state.stack;
      this.#surveyed = this.#estimated = "";
    }
    clearTimeout(this.#timer);
    this.#timer = 0;
    const isKnown = this.#surveyed === surveyKey(state) && this.#estimated === estimateKey(state);
    if (state.stack === null || state.activity !== "idle" || isKnown || this.#session.mayFetch) return;
    this.#timer = window.setTimeout(() => void this.#advise(), pauseMs);
  }

  async #advise(): Promise<void> {
    const session = this.#session;
    const survey = surveyKey(session.state);
    if (this.#surveyed !== survey) {
      this.#surveyed = survey;
      await session.survey();
    }
    const { state } = session;
    const estimate = estimateKey(state);
    if (this.#estimated === estimate || state.stack !== this.#stack || state.activity !== "idle") return;
    this.#estimated = estimate;
    await session.estimate();
    // An action ended it: it is made again after that.
    if (session.state.activity !== "idle") this.#estimated = "";
  }
}

/** Changes with all that the look at a stack depends on. */
function surveyKey({ options, region }: SessionState): string {
  const { temporalShifts, offsetAdu, trainFrames, frameCount } = options;
  return JSON.stringify([region, temporalShifts, offsetAdu, trainFrames, frameCount]);
}

function estimateKey({ options, region }: SessionState): string {
  return JSON.stringify([region, options]);
}
