import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

import type { FuzzReply, FuzzRequest } from "./fuzz-process.js";

export type FuzzResult = Extract<FuzzReply, { type: "done" }>;

export interface FuzzOptions {
  readonly seed: number;
  /** Which seeds to take, as the source of a regular expression. Default: all. */
  readonly names?: string;
  readonly cases: number;
  readonly processes: number;
  /** Longest that a case may take, in ms. */
  readonly limitMs: number;
  /** What the processes run, as a path. Default: the fuzzer. */
  readonly script?: string;
}

const casesAtOnce = 200;
const fuzzer = fileURLToPath(new URL("./fuzz-process.js", import.meta.url));

/** Runs cases in processes beside each other and reports each. One that hangs or ends its process is reported as failed. */
export async function runCases(options: FuzzOptions, report: (result: FuzzResult) => void): Promise<void> {
  let next = 0;
  const takeNext = (): FuzzRequest | null => {
    if (next >= options.cases) return null;
    const from = next;
    next = Math.min(options.cases, from + casesAtOnce);
    return { seed: options.seed, names: options.names ?? "", from, to: next };
  };
  await Promise.all(
    Array.from({ length: options.processes }, async () => {
      for (let request = takeNext(); request;) {
        const rest = await runInProcess(request, takeNext, options, report);
        request = rest ?? takeNext();
      }
    }),
  );
}

/** Runs requests in one process until there are none, or until it is lost: then what is left of its request comes back. */
function runInProcess(
  first: FuzzRequest,
  takeNext: () => FuzzRequest | null,
  { limitMs, script = fuzzer }: FuzzOptions,
  report: (result: FuzzResult) => void,
): Promise<FuzzRequest | null> {
  return new Promise((resolve) => {
    const child: ChildProcess = fork(script, { execArgv: ["--max-old-space-size=300"], silent: true });
    let said = "";
    child.stderr?.on("data", (text: Buffer) => (said = (said + text.toString()).slice(-1500)));
    let request: FuzzRequest = first;
    let current = first.from - 1;
    let isOver = false;
    let timer: NodeJS.Timeout | undefined;

    const end = (rest: FuzzRequest | null): void => {
      isOver = true;
      clearTimeout(timer);
      child.kill("SIGKILL");
      resolve(rest);
    };
    const lose = (reason: string): void => {
      if (isOver) return;
      // Before the first case began it is the process itself that does not start.
      const number = Math.max(current, request.from);
      report({ type: "done", number, kind: "", name: "", result: "failed", reason, compared: 0 });
      end(number + 1 < request.to ? { ...request, from: number + 1 } : null);
    };
    child.on("error", (error) => lose(error.message));
    child.on("exit", (code, signal) => lose(`the process ended: ${signal ?? `code ${code}`} ${said}`));
    child.on("message", (message: FuzzReply) => {
      if (isOver) return;
      clearTimeout(timer);
      switch (message.type) {
        case "begun":
          current = message.number;
          timer = setTimeout(() => lose(`it took longer than ${limitMs} ms`), limitMs);
          return;
        case "done":
          report(message);
          return;
        case "finished": {
          const following = takeNext();
          if (!following) {
            end(null);
            return;
          }
          request = following;
          current = following.from - 1;
          child.send(following);
        }
      }
    });
    child.send(first);
  });
}
