import type { Unsubscribe } from "./host/contract.js";

/** A step that was taken and can be taken back. */
export interface UndoableStep {
  /** What happened, one sentence. */
  readonly text: string;
  /** Takes the step back. Is called once at most. */
  undo(): void | Promise<void>;
}

/** Remembers the last destructive step until it is undone, forgotten or followed by another one. */
export class Undo {
  readonly #listeners = new Set<() => void>();
  #last: UndoableStep | null = null;

  /** The step that can be taken back now. */
  get last(): UndoableStep | null {
    return this.#last;
  }

  /** Calls back after each change, until the returned function is called. */
  subscribe(callback: () => void): Unsubscribe {
    this.#listeners.add(callback);
    return () => void this.#listeners.delete(callback);
  }

  /** Remembers a step in place of the one before. */
  offer(step: UndoableStep): void {
    this.#set(step);
  }

  /** Takes the last step back; does nothing without one. */
  async undo(): Promise<void> {
    const step = this.#last;
    this.#set(null);
    await step?.undo();
  }

  /** Remembers nothing any more. */
  forget(): void {
    if (this.#last) this.#set(null);
  }

  #set(step: UndoableStep | null): void {
    this.#last = step;
    for (const listener of this.#listeners) listener();
  }
}
