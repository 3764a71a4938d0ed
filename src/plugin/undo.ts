import type { Unsubscribe } from "./host/contract.js";

/** A step that was taken and can be taken back. */
export interface UndoableStep {
  /** What happened, one sentence. */
  readonly text: string;
  undo(): void | Promise<void>;
}

/** Remembers the last destructive step until it is undone, forgotten or followed by another one. */
export class Undo {
  readonly #listeners = new Set<() => void>();
  #last: UndoableStep | null = null;

  get last(): UndoableStep | null {
    return this.#last;
  }

  subscribe(callback: () => void): Unsubscribe {
    this.#listeners.add(callback);
    return () => void this.#listeners.delete(callback);
  }

  offer(step: UndoableStep): void {
    this.#set(step);
  }

  /** Takes the last step back; does nothing without one. */
  async undo(): Promise<void> {
    const step = this.#last;
    this.#set(null);
    await step?.undo();
  }

  forget(): void {
    if (this.#last) this.#set(null);
  }

  #set(step: UndoableStep | null): void {
    this.#last = step;
    for (const listener of this.#listeners) listener();
  }
}
