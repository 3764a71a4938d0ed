import { fileURLToPath } from "node:url";

import { HeadlessClient, type HeadlessOptions } from "../protocol/headless-client.js";
import { parseStackOperand } from "./stack-operand.js";
import { createWorkerClient } from "./worker-client.js";

export { isSlnetError, SlnetError } from "../core/errors.js";
export { parseModelFile } from "../core/model.js";

/** What `slnet-web/client` is in Node. A text is a path, or an address where it begins with `http://` or `https://`. */
export async function createSlnetClient(options: HeadlessOptions = {}): Promise<HeadlessClient> {
  const client = new HeadlessClient(
    createWorkerClient,
    (text) => parseStackOperand(text.startsWith("file:") ? fileURLToPath(text) : text),
    options,
  );
  await client.start();
  return client;
}
