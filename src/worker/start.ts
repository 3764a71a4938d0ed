import { expose } from "comlink";

import { SlnetError } from "../core/errors.js";
import { browserPlatform } from "./platform/browser.js";
import { createWorkerApi } from "./worker-api.js";

/**
 * Answers the page from now on.
 *
 * @throws {@link SlnetError} `unsupported` outside of a worker
 */
export function start(): void {
  if (!("WorkerGlobalScope" in globalThis)) {
    throw new SlnetError(
      "unsupported",
      "slnet-web/worker is the script of a web worker and cannot be imported here; import slnet-web/client, in a page and in Node",
    );
  }
  expose(createWorkerApi(browserPlatform));
}
