// What Node measures in its own process, in a worker of the page.
import { EngineRoom } from "../../build/bundles/browser/engines.js";
import { loadKernels } from "../../build/bundles/browser/kernels.js";
import { createKernelFinder } from "../../build/bundles/browser/running-median-kernel.js";
import { measureEngines } from "../engine-figures.mjs";
import { measureMedianKernel } from "../median-kernel.mjs";

const names = ["wasm", "js", "webgpu", "tfjs-wasm", "tfjs-webgpu", "tfjs-cpu"];
const say = (text) => globalThis.postMessage({ type: "progress", text });
const tasks = {
  engines(options) {
    const room = new EngineRoom(() => new URL("../../dist/assets/", import.meta.url).href);
    return measureEngines({ ...options, room, names, say });
  },
  medianKernel: (options) => measureMedianKernel({ loadKernels, createKernelFinder }, options),
};

globalThis.onmessage = async ({ data: { task, options } }) => {
  try {
    globalThis.postMessage({ type: "done", figures: await tasks[task](options) });
  } catch (error) {
    globalThis.postMessage({ type: "failed", message: error.stack });
  }
};
