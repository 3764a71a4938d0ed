import { count } from "./numbers.mjs";
import { platformTables, table } from "./tables.mjs";
import { targets } from "./targets.mjs";

/**
 * The page `docs/performance.md`.
 *
 * @param {object} results - as `bench.mjs` collects them
 */
export function performancePage(results) {
  const { machine, node, chromium, quick, streamBytes } = results;
  return [
    "# Performance",
    "",
    ...(quick
      ? ["**A quick run: few repetitions, small stacks, a short training. Its figures are no measurement.**", ""]
      : []),
    "Written by `npm run bench -- --write`: every figure is of one run on one machine. Times are medians; what is given as a ratio",
    "was measured in turns.",
    "",
    ...machineLines(machine, chromium),
    "",
    "## Figures to reach",
    "",
    ...table(
      ["What", "Where", "To reach", "Measured", ""],
      targets(results).map(({ what, where, wanted, measured, reached }) => [
        what,
        where,
        wanted,
        measured,
        reached === null ? "not measured" : reached ? "reached" : "**not reached**",
      ]),
    ),
    ...method(streamBytes),
    ...(node ? ["## Node", "", ...platformTables(node)] : []),
    ...(chromium ? ["## Headless Chromium", "", ...platformTables(chromium)] : []),
  ].join("\n");
}

function machineLines(machine, chromium) {
  const cache = machine.cache ? `, largest cache ${machine.cache}` : "";
  const browser = chromium ? `, Chromium ${chromium.version}` : "";
  const commit = machine.commit ? ` (${machine.commit})` : "";
  return [
    `- Machine: ${machine.processor}, ${machine.cores} cores${cache}, ${machine.memoryGigabytes} GiB of memory, ${machine.system}`,
    `- Versions: slnet-web ${machine.slnetWeb}${commit}, Node ${machine.node}${browser}`,
    `- Date: ${machine.date}; load of the machine before the run: ${machine.loadBefore.toFixed(2)}`,
  ];
}

function method(streamBytes) {
  return [
    "## How it is measured",
    "",
    "**`apply`** is a separator's work on frames that it holds: not reading them, not copying them into its slots. The slots hold",
    `at least ${count(streamBytes / 1e6)} MB of frames, which are gone through in order with the windows t, t+49, t+99; the output of channel t goes`,
    "alternately into two blocks of the size that cleaning a file uses. Engines with memory of their own take over each frame when it",
    "enters, and give the results back: that is part of their time.",
    "",
    "**memcpy of the same bytes**: cleaning a frame reads the three frames of its window and writes one, which is 10 bytes a pixel for",
    "uint16→float32 and 8 for uint16→uint16. A copy reads and writes each byte, so half of these bytes are copied for each frame, with",
    `\`Uint8Array.set\` within one WebAssembly memory, from one piece of ${count(streamBytes / 1e6)} MB to another, through both from end to end.`,
    "",
    "**`trainStep`** is loss and gradient of 8 windows of 3 frames, crops of 128², as the default training draws them. The **whole",
    "training** goes through the worker with the default configuration on 100 windows of 256² from a file, from the call to the last",
    "report. WebGPU on a software adapter and `tfjs-cpu` would take many minutes for it and are left out.",
    "",
    "**File → file** cleans an uncompressed 16-bit TIFF of 256² frames with the engine `auto` into another. In Node that is the command",
    "`slnet clean` as a process of its own; what it needs to start is measured with a tiny stack. `cp` of the same file alternates with it,",
    "both with the file in the page cache and nothing left to write from before. In Chromium a page hands a `File` to the worker, which",
    "writes to the origin's private file system, on disk; the worker runs already. Memory is the peak of the resident memory of the",
    "process: in Chromium of the renderer, with everything else that is in it.",
    "",
    "**Reading** goes through every frame, from opening the file on, into memory that is used again and again, with the reader in the same",
    "thread; the speed is that of the decoded pixels. **Opening** reads the last of many pages whose directories lie between the pixels.",
    "",
    "The **running median** is measured alone, from frames in memory to medians in memory on one thread, and from file to file, without",
    "start-up. A **live preview** is a frame cleaned with the weights so far, from the page's call to the pixels, while the same worker",
    "trains as fast as it can.",
    "",
    "The **localizer** works on simulated frames in memory with 40 emitters of 700 to 1,500 photons; spots are fitted from the position",
    "that the phasor gives, so a maximum-likelihood fit has a phasor fit in it. Whole frames are detection and fits, with the true background.",
    "",
    "**Drawing** is the time of one call that draws a frame, and then again the same frame, which then is on the graphics card already,",
    "until a pixel of it can be read back: the difference is the upload or, for the 2D canvas, the way through contrast and colours.",
    "**Scrubbing** goes through frames in memory in the stack viewer, each asked for when the one before is drawn; a browser draws about 60",
    "times a second at most.",
    "",
    "Why a figure is not reached, and what else was tried, is said in [engines.md](engines.md).",
    "",
  ];
}
