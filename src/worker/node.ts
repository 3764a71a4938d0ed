import { parentPort } from "node:worker_threads";

import { expose } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";

import { SlnetError } from "../core/errors.js";
import { nodePlatform } from "./platform/node.js";
import { createWorkerApi } from "./worker-api.js";

if (!parentPort) throw new SlnetError("bad-input", "this file is a worker; start it through node:worker_threads");
expose(createWorkerApi(nodePlatform), nodeEndpoint(parentPort));
