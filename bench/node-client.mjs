import { Worker } from "node:worker_threads";

import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";

import { connectClient } from "../build/src/protocol/client.js";

/** The client of a fresh worker thread. `dispose` ends it. */
export function createNodeClient() {
  const worker = new Worker(new URL("./node-worker.mjs", import.meta.url));
  return connectClient({
    endpoint: nodeEndpoint(worker),
    onLost: (callback) => worker.on("error", callback),
    terminate: () => void worker.terminate(),
  });
}
