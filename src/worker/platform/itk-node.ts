import { Worker } from "node:worker_threads";

import type { ItkMessage } from "./itk-pipeline.js";
import { createItkThread, threadStarted, type ItkThread, type ThreadPort } from "./itk-thread.js";

/** Starts a thread for a reader. What it prints is dropped. */
export async function startItk(assetsBaseUrl: string): Promise<ItkThread> {
  const pipelinesUrl = new URL("itk/", assetsBaseUrl).href;
  const port = threadPort(
    new Worker(new URL("itk-worker.mjs", pipelinesUrl), { stdout: true, stderr: true, execArgv: [] }),
  );
  await threadStarted(port);
  return createItkThread(port, pipelinesUrl);
}

function threadPort(worker: Worker): ThreadPort {
  // One of each: a later listener takes the place of the one before.
  let onMessage: (message: ItkMessage) => void = () => undefined;
  let onError: (error: unknown) => void = () => undefined;
  worker.on("message", (message: ItkMessage) => onMessage(message));
  worker.on("error", (error) => onError(error));
  worker.on("exit", (code) => onError(new Error(`it ended with code ${code}`)));
  return {
    post: (order, moved) => worker.postMessage(order, moved),
    onMessage: (listener) => (onMessage = listener),
    onError: (listener) => (onError = listener),
    terminate: () => void worker.terminate(),
  };
}
