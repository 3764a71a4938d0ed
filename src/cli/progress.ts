import type { Progress } from "../protocol/api.js";

/** Where progress is drawn: standard error, or something like it in a test. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressDisplay {
  /** Shows how far the work is; most calls print nothing. `note` is a short text such as the loss. */
  show(progress: Progress, note?: string): void;
  /** Wipes the bar, so that other text can follow. */
  clear(): void;
}

const barIntervalMs = 100;
const lineIntervalMs = 2000;
const barWidth = 24;

/**
 * A bar that redraws itself on a terminal, and elsewhere a line at most every 2 s.
 *
 * @param what - the verb, for example `training`
 * @param unit - what is counted, for example `steps`
 */
export function createProgressDisplay(
  what: string,
  unit: string,
  output: ProgressOutput = process.stderr,
  now: () => number = () => performance.now(),
): ProgressDisplay {
  const isTerminal = output.isTTY === true;
  const interval = isTerminal ? barIntervalMs : lineIntervalMs;
  // A short run prints no line at all.
  let shownAt = isTerminal ? -Infinity : now();
  let isBarDrawn = false;
  return {
    show(progress, note = "") {
      const time = now();
      if (time - shownAt < interval) return;
      shownAt = time;
      const text = progressText(progress, unit, note);
      if (isTerminal) {
        // One line only: a wrapped line would not be wiped by the next.
        const line = `${what} ${bar(progress)} ${text}`.slice(0, Math.max(20, (output.columns ?? 80) - 1));
        output.write(`\r\x1b[2K${line}`);
        isBarDrawn = true;
      } else {
        output.write(`${what}: ${text}\n`);
      }
    },
    clear() {
      if (isBarDrawn) output.write("\r\x1b[2K");
      isBarDrawn = false;
    },
  };
}

function progressText({ done, total, perSecond, secondsLeft }: Progress, unit: string, note: string): string {
  const parts = [`${done}/${total} ${unit}`, `${formatRate(perSecond)} ${unit}/s`];
  if (secondsLeft !== null) parts.push(`${formatDuration(secondsLeft)} left`);
  if (note !== "") parts.push(note);
  return parts.join(", ");
}

function bar({ done, total }: Progress): string {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const filled = Math.round(share * barWidth);
  return `[${"#".repeat(filled)}${" ".repeat(barWidth - filled)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
}

function formatRate(perSecond: number): string {
  return perSecond >= 100 ? perSecond.toFixed(0) : perSecond.toPrecision(2);
}

/** Seconds as `4 s`, `3 min 20 s` or `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
