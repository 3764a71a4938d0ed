// What Node measures in its own process, in a worker of the page.
import { EngineRoom } from "../../build/bundles/browser/engines.js";
import { loadKernels } from "../../build/bundles/browser/kernels.js";
import { openStack } from "../../build/bundles/browser/open-stack.js";
import { browserPlatform } from "../../build/bundles/browser/platform.js";
import { createKernelFinder } from "../../build/bundles/browser/running-median-kernel.js";
import { measureEngines } from "../engine-figures.mjs";
import { measureLocalization } from "../localization.mjs";
import { measureMedianKernel } from "../median-kernel.mjs";
import { measureReading } from "../reading-figures.mjs";

const names = ["wasm", "js", "webgpu", "tfjs-wasm", "tfjs-webgpu", "tfjs-cpu"];
const say = (text) => globalThis.postMessage({ type: "progress", text });
const tasks = {
  engines(options) {
    const room = new EngineRoom(() => new URL("../../dist/assets/", import.meta.url).href);
    return measureEngines({ ...options, room, names, say });
  },
  reading({ files, ...options }) {
    const open = ({ name }) => {
      const file = files.find((candidate) => candidate.name === name);
      return openStack({ type: "file", file, name }, {}, null, browserPlatform, browserPlatform.defaultAssetsUrl);
    };
    return measureReading({ ...options, open, cat: null, say });
  },
  localization: (options) => measureLocalization(options),
  medianKernel: (options) => measureMedianKernel({ loadKernels, createKernelFinder }, options),
};

globalThis.onmessage = async ({ data: { task, options } }) => {
  try {
    globalThis.postMessage({ type: "done", figures: await tasks[task](options) });
  } catch (error) {
    globalThis.postMessage({ type: "failed", message: error.stack });
  }
};
