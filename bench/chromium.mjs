import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import nodeResolve from "@rollup/plugin-node-resolve";
import { chromium } from "playwright-core";
import { rollup } from "rollup";

import { chromiumArguments, findChromium } from "../scripts/find-chromium.mjs";
import { kernelsForRollup } from "../scripts/kernel-modules.mjs";
import { root } from "../scripts/repository.mjs";
import { serve } from "../scripts/serve.mjs";
import { createRendererMemory } from "./chromium-memory.mjs";
import { measureFiles } from "./file-figures.mjs";
import { trainingRivals } from "./training-rivals.mjs";

/**
 * Every figure that headless Chromium gives, from a page that uses the package's public entry.
 *
 * @param {object} options
 * @param {string} options.folder - for the profile, in which cleaned files are kept: on disk
 * @param {boolean} options.gpu - leave the choice of the WebGPU adapter to Chromium
 */
export async function measureChromium({ stacks, folder, quick, streamBytes, gpu, say }) {
  await bundlePage();
  const server = await serve(root, 0);
  const profile = join(folder, "profile");
  await mkdir(profile);
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findChromium({ install: true }),
    args: chromiumArguments().filter((argument) => !(gpu && argument.startsWith("--use-webgpu-adapter"))),
  });
  try {
    const first = await openPage(context, server.url, stacks, say);
    const engines = await first.call("inWorker", "engines", { quick, streamBytes });
    const { model, figures: training } = await first.call("training", stacks.training.name, {
      others: trainingRivals(engines),
      quick,
    });
    const preview = await first.call("preview", stacks.preview.name, { quick });
    const viewer = await first.call("viewer", { quick });
    await first.page.close();

    // In a process of its own, whose memory is measured.
    let second = await openPage(context, server.url, stacks, say);
    const memory = await createRendererMemory(context.browser());
    const clean = async (stack, method) => {
      await memory.reset();
      const seconds = await second.call("clean", stack.name, method);
      return { seconds, peakBytes: await memory.peakBytes() };
    };
    const restart = async () => {
      await second.page.close();
      second = await openPage(context, server.url, stacks, say);
    };
    const files = await measureFiles({ clean, restart, copy: null, stacks, model, quick, say });
    const reading = await second.call("reading", { stacks, quick });
    const medianKernel = await second.call("inWorker", "medianKernel", { quick });
    const localization = await second.call("inWorker", "localization", { quick });
    const version = context.browser().version();
    return { version, engines, training, preview, viewer, files, reading, medianKernel, localization };
  } finally {
    await context.close();
    await server.close();
  }
}

async function openPage(context, url, stacks, say) {
  const page = await context.newPage();
  page.setDefaultTimeout(0);
  page.on("console", (message) => say(message.text()));
  page.on("pageerror", (error) => say(`error in the page: ${error.message}`));
  await page.goto(`${url}bench/page/`);
  await page.waitForFunction(() => globalThis.bench !== undefined, null, { timeout: 30_000 });
  await page.locator("input").setInputFiles(Object.values(stacks).map(({ path }) => path));
  return {
    page,
    call: (task, ...args) => page.evaluate(([name, rest]) => globalThis.bench[name](...rest), [task, args]),
  };
}

/** A browser finds no packages by their names. */
async function bundlePage() {
  const bundle = await rollup({
    input: join(root, "bench", "page", "main.mjs"),
    plugins: [kernelsForRollup(), nodeResolve({ browser: true, preferBuiltins: false })],
    onwarn: (warning) => {
      if (warning.code !== "THIS_IS_UNDEFINED") console.error(warning.message);
    },
  });
  await bundle.write({ file: join(root, "build", "bench", "main.js"), format: "es", inlineDynamicImports: true });
  await bundle.close();
}
