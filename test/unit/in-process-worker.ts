import assert from "node:assert/strict";
import { MessageChannel } from "node:worker_threads";

import { expose } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";

import { isSlnetError, type SlnetErrorCode } from "../../src/core/errors.js";
import { connectClient, type SlnetClient } from "../../src/protocol/client.js";
import { nodePlatform } from "../../src/worker/platform/node.js";
import { createWorkerApi } from "../../src/worker/worker-api.js";

const assets = new URL("../../../dist/assets/", import.meta.url).href;

/** The worker API with its client, joined by a message channel: everything but the thread. */
export async function connect(): Promise<{ readonly client: SlnetClient; crash(): void; close(): void }> {
  const { port1, port2 } = new MessageChannel();
  expose(createWorkerApi(nodePlatform), nodeEndpoint(port2));
  let lose: (() => void) | null = null;
  const client = await connectClient(
    {
      endpoint: nodeEndpoint(port1),
      onLost: (callback) => {
        port1.on("close", () => lose?.());
        lose = () => callback(Object.assign(new Error("lost") as never, {}));
      },
      terminate: () => port1.close(),
    },
    { assetsBaseUrl: assets },
  );
  return { client, crash: () => port2.close(), close: () => client.dispose() };
}

export async function rejectsWith(work: Promise<unknown>, code: SlnetErrorCode, pattern: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(isSlnetError(error, code), `${String(error)} should have code ${code}`);
    assert.match(error.message, pattern);
    return true;
  });
}
