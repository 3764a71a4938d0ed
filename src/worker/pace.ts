import type { Progress } from "../protocol/api.js";

/** Of Node alone. */
const { setImmediate: afterMessages } = globalThis as { setImmediate?: (callback: () => void) => unknown };
const waiting: (() => void)[] = [];
let sent: MessagePort | null = null;

/**
 * Gives way to messages that have arrived, such as a cancel. A promise alone would not: the worker hears messages only
 * between macrotasks. A message to itself does in browsers; Node takes up to 1000 messages of one port before it looks at
 * another or at timers (measured with 20.20: a timer of 50 ms was not heard in 8 s), and has `setImmediate` for it.
 */
export function yieldToMessages(): Promise<void> {
  return new Promise((resolve) => {
    if (afterMessages) {
      afterMessages(resolve);
      return;
    }
    sent ??= openChannel();
    waiting.push(resolve);
    sent.postMessage(null);
  });
}

function openChannel(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => waiting.shift()?.();
  return port2;
}

/** How long messages wait, at most about. */
const breakEveryMs = 20;

/** The breaks of a long computation in which messages are heard, so that it can be cancelled. */
export class MessageBreaks {
  #since = performance.now();

  /** Whether the last one is long enough ago; to be asked often, and at little cost. */
  get isDue(): boolean {
    return performance.now() - this.#since >= breakEveryMs;
  }

  /** Rejects where `signal` is aborted meanwhile. */
  async take(signal: AbortSignal): Promise<void> {
    await yieldToMessages();
    signal.throwIfAborted();
    this.#since = performance.now();
  }
}

/** Counts what is done and says how fast it goes. */
export function createProgressMeter(total: number, alreadyDone = 0): (done: number) => Progress {
  const start = performance.now();
  return (done) => {
    const seconds = (performance.now() - start) / 1000;
    const doneHere = done - alreadyDone;
    const perSecond = seconds > 0 ? doneHere / seconds : 0;
    return { done, total, perSecond, secondsLeft: doneHere > 0 ? (total - done) / perSecond : null };
  };
}
