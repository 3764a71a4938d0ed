import { constants } from "node:os";

/** What ends the program from outside: Ctrl-C, or the end of the terminal or of a batch job. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Ctrl-C and its kin as an abort signal. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** 128 + the number of the signal, as shells count: 130 after Ctrl-C. */
  exitCode(): number;
}

/** Listens from now on. The first signal asks the command to stop and keep what is done, the second ends at once. */
export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  let exitCode = 0;
  for (const name of signals) {
    process.on(name, () => {
      if (exitCode !== 0) process.exit(exitCode);
      exitCode = 128 + constants.signals[name];
      controller.abort(new DOMException(`stopped by ${name}`, "AbortError"));
    });
  }
  return { signal: controller.signal, exitCode: () => exitCode };
}
