import { SlnetError } from "../core/errors.js";
import { connectClient, type SlnetClient, type WorkerLink } from "../protocol/client.js";

/** How the worker is found. With none of these it is the file beside this module. */
export interface WorkerOptions {
  /** Address of `slnet.worker.js`. On another origin it is started through a small blob module. */
  readonly workerUrl?: string | URL;
  /** Makes the worker; for bundlers that need to see the call. */
  readonly workerFactory?: () => Worker;
  /** Folder of the WASM files and readers; default: `assets/` beside the worker. */
  readonly assetsBaseUrl?: string | URL;
}

/**
 * Starts the worker and waits until it answers.
 *
 * @throws {@link SlnetError} `worker-lost` where the script is missing, is refused by the page's security policy, or
 *   does not answer
 */
export function createWorkerClient(options: WorkerOptions = {}): Promise<SlnetClient> {
  let worker: Worker;
  try {
    worker = startWorker(options);
  } catch (error) {
    return Promise.reject(
      new SlnetError("worker-lost", `the worker could not be started from ${workerName(options)}`, { cause: error }),
    );
  }
  const assetsBaseUrl =
    options.assetsBaseUrl === undefined ? null : new URL(options.assetsBaseUrl, document.baseURI).href;
  return connectClient(linkTo(worker, workerName(options)), { assetsBaseUrl });
}

function startWorker({ workerUrl, workerFactory }: WorkerOptions): Worker {
  if (workerFactory) return workerFactory();
  // Literal and in one expression, so that bundlers see the file and take it along.
  if (workerUrl === undefined && !isFromElsewhere()) {
    return new Worker(new URL("./slnet.worker.js", import.meta.url), { type: "module" });
  }
  const url = workerUrl === undefined ? besideThis() : new URL(workerUrl, document.baseURI);
  if (url.origin === location.origin) return new Worker(url, { type: "module" });
  // A worker script must be of the page's origin; a module that it imports need not be.
  return startBlobWorker(`import ${JSON.stringify(url.href)};`);
}

/** Starts a worker whose script is this text. */
export function startBlobWorker(source: string): Worker {
  const blobUrl = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(blobUrl, { type: "module" });
  setTimeout(() => URL.revokeObjectURL(blobUrl), 60_000);
  return worker;
}

/** Whether this module was loaded from another origin than that of the page. Bundlers may give it the address of a file. */
function isFromElsewhere(): boolean {
  const { protocol, origin } = new URL(import.meta.url);
  return protocol.startsWith("http") && origin !== location.origin;
}

/** The same address as above. A bundler that saw it written a second time would add the file a second time. */
function besideThis(): URL {
  const base = import.meta.url;
  return new URL("./slnet.worker.js", base);
}

function workerName({ workerUrl, workerFactory }: WorkerOptions): string {
  if (workerFactory) return "workerFactory";
  return workerUrl === undefined ? besideThis().href : String(workerUrl);
}

function linkTo(worker: Worker, name: string): WorkerLink {
  return {
    endpoint: worker,
    onLost(callback) {
      worker.addEventListener("error", (event) => {
        // A script that cannot be loaded gives an event without a message.
        const what = event.message
          ? `the worker crashed: ${event.message}`
          : `the worker script could not be loaded from ${name}; check that the file is there and allowed by the page`;
        event.preventDefault();
        callback(new SlnetError("worker-lost", what));
      });
      worker.addEventListener("messageerror", () => {
        callback(new SlnetError("worker-lost", "a message of the worker could not be read"));
      });
    },
    terminate: () => worker.terminate(),
  };
}
