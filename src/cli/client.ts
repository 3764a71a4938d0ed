import { fileURLToPath } from "node:url";

import { errorMessage, SlnetError } from "../core/errors.js";
import type { StackSource } from "../protocol/client.js";
import { HeadlessClient, type HeadlessOptions } from "../protocol/headless-client.js";
import { parseStackOperand } from "./stack-operand.js";
import { createWorkerClient } from "./worker-client.js";

export { isSlnetError, SlnetError } from "../core/errors.js";
export { parseModelFile } from "../core/model.js";

/** What `slnet-web/client` is in Node. A text is a path, or an address where it begins with `http://` or `https://`. */
export async function createSlnetClient(options: HeadlessOptions = {}): Promise<HeadlessClient> {
  const client = new HeadlessClient(createWorkerClient, placeSource, options);
  await client.start();
  return client;
}

function placeSource(place: string | URL): StackSource {
  const text = String(place);
  if (text.startsWith("file:")) return { type: "path", path: pathOf(text) };
  const source = parseStackOperand(text);
  if (typeof place === "string" || source.type === "url") return source;
  throw new SlnetError("bad-input", `${text} cannot be opened, expected an address of http, https or file`);
}

function pathOf(address: string): string {
  try {
    return fileURLToPath(address);
  } catch (error) {
    throw new SlnetError("bad-input", `${address} names no file: ${errorMessage(error)}`, { cause: error });
  }
}
