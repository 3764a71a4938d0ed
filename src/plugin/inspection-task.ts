import { errorMessage } from "../core/errors.js";
import type { Progress } from "../protocol/api.js";

/** How a piece of work goes, or how it ended. */
export interface TaskState {
  readonly busy: boolean;
  /** `null` before the first report, and when nothing is under way. */
  readonly progress: Progress | null;
  /** Why it could not be done, one sentence; `null` otherwise. */
  readonly error: string | null;
}

export const restingTask: TaskState = { busy: false, progress: null, error: null };

/** @param tell - what to call with each progress, while `signal` is not aborted */
export type Work = (signal: AbortSignal, tell: (progress: Progress) => void) => Promise<void>;

/** Work of which only the newest counts: starting it again calls off what is under way. */
export class InspectionTask {
  readonly #onChange: (state: TaskState) => void;
  #operation: AbortController | null = null;
  /** What is under way, or was called off and still cleans up. */
  #running: Promise<void> = Promise.resolve();

  /** @param onChange - called with each new state */
  constructor(onChange: (state: TaskState) => void) {
    this.#onChange = onChange;
  }

  /** Does the work. Never rejects: an error becomes the state. */
  run(work: Work): Promise<void> {
    const running = this.#start(work);
    this.#running = Promise.all([this.#running, running]).then(() => undefined);
    return running;
  }

  async #start(work: Work): Promise<void> {
    this.cancel();
    const operation = new AbortController();
    this.#operation = operation;
    this.#onChange({ ...restingTask, busy: true });
    try {
      await work(operation.signal, (progress) => this.#onChange({ busy: true, progress, error: null }));
      this.#end(operation, null);
    } catch (error) {
      this.#end(operation, errorMessage(error));
    }
  }

  /** Calls off what is under way; nothing happens where nothing is. */
  cancel(): void {
    const operation = this.#operation;
    if (!operation) return;
    this.#operation = null;
    operation.abort(new DOMException("it was called off", "AbortError"));
    this.#onChange(restingTask);
  }

  /** Calls off what is under way, and waits until nothing of it is left. */
  async close(): Promise<void> {
    this.cancel();
    await this.#running;
  }

  #end(operation: AbortController, error: string | null): void {
    if (this.#operation !== operation) return;
    this.#operation = null;
    this.#onChange({ ...restingTask, error });
  }
}
