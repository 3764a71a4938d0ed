import { abortable } from "../protocol/abortable.js";
import type { Progress } from "../protocol/api.js";

/** Stops who passes while it is closed. */
export class PauseGate {
  #closed: { readonly opened: Promise<void>; readonly open: () => void } | null = null;

  close(): void {
    this.#closed ??= deferred();
  }

  open(): void {
    this.#closed?.open();
    this.#closed = null;
  }

  /**
   * Waits while the gate is closed.
   *
   * @returns milliseconds waited
   * @throws the reason of the signal where it is aborted meanwhile
   */
  async pass(signal: AbortSignal): Promise<number> {
    const startedAt = performance.now();
    let waited = false;
    while (this.#closed) {
      waited = true;
      await abortable(this.#closed.opened, signal);
    }
    return waited ? performance.now() - startedAt : 0;
  }
}

/**
 * The same progress with the rate and the time left of the time that was worked. The worker counts from its start, and
 * knows nothing of pauses.
 */
export function withoutPauses(progress: Progress, elapsedMs: number, pausedMs: number): Progress {
  const workedShare = (elapsedMs - pausedMs) / elapsedMs;
  if (!(workedShare > 0)) return progress;
  const { perSecond, secondsLeft } = progress;
  return {
    ...progress,
    perSecond: perSecond / workedShare,
    secondsLeft: secondsLeft === null ? null : secondsLeft * workedShare,
  };
}

function deferred(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
