import { SlnetError } from "../core/errors.js";
import { start } from "./start.js";

// The script of the worker. Nothing else is in it, so that no part of the worker imports it. What is thrown here shows
// this short script, not a part of the worker on one line of 200 kB.
if (!("WorkerGlobalScope" in globalThis)) {
  throw new SlnetError(
    "unsupported",
    "slnet-web/worker is the script of a web worker and cannot be imported here; import slnet-web/client, in a page and in Node",
  );
}
start();
