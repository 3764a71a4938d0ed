import { Worker } from "node:worker_threads";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";

import { errorMessage, SlnetError } from "../core/errors.js";
import { connectClient, type SlnetClient, type WorkerLink } from "../protocol/client.js";

/**
 * Starts the worker thread, from the file beside this one, and waits until it answers.
 *
 * @throws {@link SlnetError} `worker-lost` where the file is missing, fails to start or does not answer
 */
export async function createWorkerClient(): Promise<SlnetClient> {
  // `stdout: true` keeps what libraries print there out of our standard output, which may be read by a program.
  const worker = new Worker(new URL("./worker.js", import.meta.url), { stdout: true });
  // Not by a pipe, of which each leaves listeners on standard error for as long as its worker lives.
  worker.stdout.on("data", (text: Uint8Array) => process.stderr.write(text));
  return connectClient(linkTo(worker));
}

function linkTo(worker: Worker): WorkerLink {
  return {
    endpoint: nodeEndpoint(worker),
    onLost(callback) {
      worker.on("error", (error: unknown) => {
        callback(new SlnetError("worker-lost", `the worker crashed: ${causeOf(error)}`, { cause: error }));
      });
      worker.on("messageerror", () => {
        callback(new SlnetError("worker-lost", "a message of the worker could not be read"));
      });
      worker.on("exit", (exitCode) => {
        callback(new SlnetError("worker-lost", `the worker ended with code ${exitCode} before the work was done`));
      });
    },
    terminate: () => void worker.terminate(),
  };
}

function causeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ERR_WORKER_OUT_OF_MEMORY") return "it ran out of memory; clean fewer or smaller frames at a time";
  if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") {
    return `a file of the installation is missing (${errorMessage(error)})`;
  }
  return errorMessage(error);
}
