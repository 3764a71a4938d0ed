// `npm run bench [-- options]`: measures and prints the page docs/performance.md, or with --write writes it.
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { format, resolveConfig } from "prettier";

import { build } from "../scripts/build.mjs";
import { root } from "../scripts/repository.mjs";
import { describeMachine } from "./machine.mjs";

const help = `npm run bench -- [options]

  --json            print the results as one JSON object instead of the tables
  --write           write docs/performance.md; only with a full run of both platforms
  --quick           few repetitions, small stacks, a short training: to see that everything runs
  --only PLATFORM   node or chromium
  --size-mb N       size of the stack that is cleaned from file to file (default 1000; 60 with --quick)
  --growth-mb N     size of the smaller of the two stacks by which memory is compared (default 100; 6 with --quick)
  --stream-mb N     frames that apply goes through; more than the processor's cache (default 200; 40 with --quick)
  --folder FOLDER   where the stacks are written, on the disk to be measured (default: the system's temporary folder)
  --gpu             let Chromium use the graphics card for WebGPU`;

const target = join(root, "docs", "performance.md");
const say = (text) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);

try {
  await main(readOptions());
} catch (error) {
  console.error(`bench: ${error instanceof TypeError && error.code ? error.message : (error.stack ?? error)}`);
  process.exitCode = 1;
}

function readOptions() {
  const text = { type: "string" };
  const flag = { type: "boolean", default: false };
  const { values } = parseArgs({
    options: {
      ...{ help: flag, json: flag, write: flag, quick: flag, gpu: flag, only: text, folder: text },
      ...{ "size-mb": text, "growth-mb": text, "stream-mb": text },
    },
  });
  const { only, quick, write } = values;
  if (only !== undefined && only !== "node" && only !== "chromium") {
    throw new Error(`--only is ${only}, expected node or chromium`);
  }
  if (write && (quick || only))
    throw new Error("--write wants a full run of both platforms, without --quick and --only");
  const bytesOf = (name, full, short) => {
    const megabytes = Number(values[name] ?? (quick ? short : full));
    if (!(megabytes >= 1)) throw new Error(`--${name} is ${values[name]}, expected a number of at least 1`);
    return megabytes * 1e6;
  };
  return {
    ...values,
    folder: values.folder ?? tmpdir(),
    // Stacks must be longer than the window of the longer running median.
    bytes: Math.max(bytesOf("size-mb", 1000, 60), 4 * 100 * 2 ** 17),
    growthBytes: Math.max(bytesOf("growth-mb", 100, 6), 100 * 2 ** 17),
    streamBytes: bytesOf("stream-mb", 200, 40),
  };
}

async function main({ help: asked, json, write, quick, only, folder: parent, bytes, growthBytes, streamBytes, gpu }) {
  if (asked) {
    console.log(help);
    return;
  }
  build();
  const machine = describeMachine();
  // Only now is there what these import.
  const { createStacks } = await import("./stacks.mjs");
  const { performancePage } = await import("./report.mjs");

  say("writing the stacks");
  const { folder, stacks, remove } = await createStacks(parent, { bytes, growthBytes });
  const results = { machine, quick, streamBytes, node: null, chromium: null };
  const options = { stacks, folder, quick, streamBytes, gpu };
  try {
    if (only !== "chromium") {
      const { measureNode } = await import("./node.mjs");
      results.node = await measureNode({ ...options, say: (text) => say(`Node: ${text}`) });
    }
    if (only !== "node") {
      const { measureChromium } = await import("./chromium.mjs");
      results.chromium = await measureChromium({ ...options, say: (text) => say(`Chromium: ${text}`) });
    }
  } finally {
    await remove();
  }

  const settings = { ...(await resolveConfig(target)), parser: "markdown" };
  const page = await format(performancePage(results), settings);
  if (write) writeFileSync(target, page);
  console.log(json ? JSON.stringify(results, null, 2) : page);
}
