import type { Unsubscribe } from "./host/contract.js";

/** Who wants to know that frames of a source changed. */
export class Invalidations {
  readonly #callbacks = new Set<(from: number, to: number) => void>();

  add(callback: (from: number, to: number) => void): Unsubscribe {
    this.#callbacks.add(callback);
    return () => void this.#callbacks.delete(callback);
  }

  /** Tells everyone that frames `[from, to)` changed or appeared. */
  emit(from: number, to: number): void {
    for (const callback of this.#callbacks) callback(from, to);
  }
}
