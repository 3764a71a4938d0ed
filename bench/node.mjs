import { EngineRoom } from "../build/bundles/node/engines.js";
import { loadKernels } from "../build/bundles/node/kernels.js";
import { openStack } from "../build/bundles/node/open-stack.js";
import { nodePlatform } from "../build/bundles/node/platform.js";
import { createKernelFinder } from "../build/bundles/node/running-median-kernel.js";
import { measureEngines } from "./engine-figures.mjs";
import { measureFiles } from "./file-figures.mjs";
import { measureLocalization } from "./localization.mjs";
import { measureMedianKernel } from "./median-kernel.mjs";
import { createNodeClient } from "./node-client.mjs";
import { createFileRuns } from "./node-files.mjs";
import { provideWebGpu } from "./node-webgpu.mjs";
import { measureReading } from "./reading-figures.mjs";
import { trainingRivals } from "./training-rivals.mjs";
import { measureTraining } from "./training.mjs";

/** Every figure that Node gives. */
export async function measureNode({ stacks, folder, quick, streamBytes, say }) {
  const hasWebGpu = await provideWebGpu();
  const names = ["wasm", "js", "tfjs-wasm", "tfjs-cpu", ...(hasWebGpu ? ["webgpu"] : [])];
  const room = new EngineRoom(() => new URL("../dist/assets/", import.meta.url).href);
  const engines = await measureEngines({ room, names, quick, streamBytes, say });
  if (!hasWebGpu) engines.missing.push({ engine: "webgpu", reason: "the package webgpu is not installed" });

  const client = await createNodeClient();
  const source = { type: "path", path: stacks.training.path };
  const { model, figures: training } = await measureTraining(client, source, {
    others: trainingRivals(engines),
    quick,
    say,
  });
  client.dispose();

  const runs = await createFileRuns(folder, model);
  const files = await measureFiles({ ...runs, stacks, model, quick, say });
  const open = ({ path }) => openStack({ type: "path", path }, {}, null, nodePlatform, nodePlatform.defaultAssetsUrl);
  const reading = await measureReading({ open, cat: runs.cat, stacks, quick, say });
  const medianKernel = await measureMedianKernel({ loadKernels, createKernelFinder }, { quick });
  say("localizer");
  const localization = await measureLocalization({ quick });
  return { engines, training, files, reading, medianKernel, localization };
}
