import { expose } from "comlink";

import { browserPlatform } from "./platform/browser.js";
import { createWorkerApi } from "./worker-api.js";

expose(createWorkerApi(browserPlatform));
