import { createItkThread, imageOf, threadStarted, type ItkThread, type ThreadPort } from "./itk-thread.js";

/** Starts the nested worker; where there can be none the reader runs in this one, and its memory stays. */
export async function startItk(assetsBaseUrl: string): Promise<ItkThread> {
  const pipelinesUrl = new URL("itk/", assetsBaseUrl).href;
  try {
    const port = workerPort(startWorker(new URL("itk-worker.js", pipelinesUrl)));
    await threadStarted(port);
    return createItkThread(port, pipelinesUrl);
  } catch {
    return sameThread(pipelinesUrl);
  }
}

/** Not by a name that bundlers see: itk-wasm names files in its turn that they would not find. */
function importRun(url: string): Promise<typeof import("./itk-browser-run.js")> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ url) as ReturnType<typeof importRun>;
}

function startWorker(script: URL): Worker {
  if (script.origin === self.origin) return new Worker(script, { type: "module" });
  // A worker script must be of the page's origin; a module that it imports need not be.
  const source = new Blob([`import ${JSON.stringify(script.href)};`], { type: "text/javascript" });
  const url = URL.createObjectURL(source);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return new Worker(url, { type: "module" });
}

function workerPort(worker: Worker): ThreadPort {
  return {
    post: (order, moved) => worker.postMessage(order, moved),
    onMessage: (listener) => (worker.onmessage = ({ data }) => listener(data as never)),
    onError(listener) {
      worker.onerror = (event) => {
        event.preventDefault();
        listener(event.message);
      };
      worker.onmessageerror = () => listener("a message was lost");
    },
    terminate: () => worker.terminate(),
  };
}

/** It cannot be stopped in the middle: only what was not begun is left undone. */
function sameThread(pipelinesUrl: string): ItkThread {
  let rejectReading: ((reason: unknown) => void) | null = null;
  let stopped: { readonly reason: unknown } | null = null;
  return {
    notices: [
      "No worker could be started for reading this file, so the memory that reading took is not given back until the page is closed.",
    ],
    async read(request, name) {
      if (stopped) throw stopped.reason;
      const { runItk } = await importRun(new URL("itk-browser-run.js", pipelinesUrl).href);
      const message = runItk({ request, pipelinesUrl });
      const stop = new Promise<never>((_, reject) => (rejectReading = reject));
      return imageOf(await Promise.race([message, stop]), name);
    },
    stop(reason) {
      stopped ??= { reason };
      rejectReading?.(reason);
    },
  };
}
