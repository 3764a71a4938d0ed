import type { Progress } from "../protocol/api.js";

const { port1: heard, port2: sent } = new MessageChannel();
const waiting: (() => void)[] = [];
// In Node an open port keeps the process alive: it should while somebody waits, and not else.
const port = heard as Partial<{ ref(): void; unref(): void }>;
heard.onmessage = () => {
  waiting.shift()?.();
  if (waiting.length === 0) port.unref?.();
};
port.unref?.();

/**
 * Gives way to messages that have arrived, such as a cancel. A promise alone would not: the worker hears messages only
 * between macrotasks.
 */
export function yieldToMessages(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.length === 0) port.ref?.();
    waiting.push(resolve);
    sent.postMessage(null);
  });
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
