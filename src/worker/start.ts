import { expose } from "comlink";

import { browserPlatform } from "./platform/browser.js";
import { createWorkerApi } from "./worker-api.js";

/** Answers the page from now on. */
export function start(): void {
  expose(createWorkerApi(browserPlatform));
}
