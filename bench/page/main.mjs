// The page of the benchmark: `globalThis.bench` is called from outside.
import "../../dist/define.js";

import { CanvasRenderer } from "../../build/src/plugin/elements/stack-viewer/canvas-renderer.js";
import { WebGlRenderer } from "../../build/src/plugin/elements/stack-viewer/webgl-renderer.js";
import { createWorkerClient } from "../../dist/index.js";
import { measurePreview, measureTraining } from "../training.mjs";
import { measureViewer } from "../viewer-figures.mjs";

const say = (text) => console.info(text);
const connect = () => createWorkerClient({ workerUrl: "/dist/slnet.worker.js" });
let cleaner = null;

/** What was put into the page's input. */
function chosenFiles() {
  return [...globalThis.document.querySelector("input").files];
}

function chosenFile(name) {
  const file = chosenFiles().find((candidate) => candidate.name === name);
  if (!file) throw new Error(`${name} was not handed over to the page`);
  return { type: "file", file, name };
}

globalThis.bench = {
  /** Runs a task of the worker beside this file. */
  inWorker: (task, options) =>
    new Promise((resolve, reject) => {
      const worker = new globalThis.Worker("/bench/page/engines-worker.mjs", { type: "module" });
      const end = (settle, value) => {
        worker.terminate();
        settle(value);
      };
      worker.onmessage = ({ data }) => {
        if (data.type === "progress") say(data.text);
        else if (data.type === "done") end(resolve, data.figures);
        else end(reject, new Error(data.message));
      };
      worker.onerror = (event) => end(reject, new Error(event.message ?? "the worker could not be loaded"));
      worker.postMessage({ task, options });
    }),

  /** Reads the files that were put into the page's input. */
  reading: (options) => globalThis.bench.inWorker("reading", { ...options, files: chosenFiles() }),

  async training(name, options) {
    const client = await connect();
    const result = await measureTraining(client, chosenFile(name), { ...options, say });
    client.dispose();
    return result;
  },

  async preview(name, options) {
    const client = await connect();
    const figures = await measurePreview(client, chosenFile(name), { ...options, say });
    client.dispose();
    return figures;
  },

  /** Draws frames with both renderers of the viewer. */
  viewer: (options) => measureViewer({ WebGlRenderer, CanvasRenderer }, options),

  /** Seconds from opening the file to the finished one on disk. The worker stays for the next. */
  async clean(name, method) {
    cleaner ??= await connect();
    const start = performance.now();
    const stack = await cleaner.openStack(chosenFile(name));
    const { frames, height, width } = stack.description.shape;
    const options = { from: 0, to: frames, lowRank: false, tail: "shift", engine: "auto" };
    const target = { type: "private-file", name: `cleaned ${name}` };
    const run = await stack.save(method, options, [{ part: "sparse", target, type: "uint16", offsetAdu: 0 }]);
    let last = null;
    for await (const report of run) last = report;
    const seconds = (performance.now() - start) / 1000;
    const { size } = await run.file("sparse");
    if (size < 2 * frames * height * width) throw new Error(`${last?.progress.done} of ${frames} frames were written`);
    await requireOnDisk(size);
    await run.close();
    await stack.close();
    return seconds;
  },
};

/** The worker keeps a file in memory where the origin has no private file system. */
async function requireOnDisk(size) {
  const root = await globalThis.navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle("slnet-web");
  for await (const entry of folder.values()) if ((await entry.getFile()).size === size) return;
  throw new Error("the cleaned file is not in the private file system");
}
