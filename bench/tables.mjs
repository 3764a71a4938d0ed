import { bytesMoved } from "./apply.mjs";
import { count, digits, milliseconds, ratio, seconds } from "./numbers.mjs";
import { isSoftware } from "./training-rivals.mjs";

/** Lines of a Markdown table. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""];
}

/** Headed sections with the tables of one platform, in the order in which they are measured. */
export function platformTables({ engines, training, files, reading, medianKernel, localization, preview, viewer }) {
  const named = (engine) => `\`${engine}\`${isSoftware(engines, engine) ? " (software adapter)" : ""}`;
  return [
    ...engineList(engines, named),
    ...applyTable(engines, named),
    ...stepTable(engines, training, named),
    ...fileTables(files),
    ...readingTable(reading),
    ...medianTable(medianKernel, files),
    ...localizationTable(localization),
    ...(preview ? previewTable(preview) : []),
    ...(viewer ? viewerTable(viewer) : []),
  ];
}

function engineList({ webGpu, adapters, missing }, named) {
  return [
    "Engines:",
    "",
    ...adapters.map(({ engine, adapter }) => `- ${named(engine)}: ${adapter}`),
    ...missing.map(({ engine, reason }) => `- \`${engine}\` not measured: ${reason}`),
    ...(webGpu ? [`- WebGPU adapter: ${webGpu.description}`] : []),
    "",
  ];
}

function applyTable({ memcpy, apply }, named) {
  const rows = memcpy.flatMap((copy) => {
    const { side, output, gigabytesPerSecond } = copy;
    const size = `${side}², uint16→${output}`;
    const bytes = bytesMoved(copy);
    const copied = [size, "memcpy of the same bytes", milliseconds(bytes / gigabytesPerSecond / 1e6)];
    const engines = apply.filter((row) => row.side === side && row.output === output);
    return [
      [...copied, count(1e9 / (bytes / gigabytesPerSecond)), digits(gigabytesPerSecond), "1", ""],
      ...engines.map(({ engine, failed, milliseconds: taken, ofMemcpy, wasmTimesFaster }) =>
        failed
          ? [size, named(engine), `failed: ${failed}`, "", "", "", ""]
          : [
              ...[size, named(engine), milliseconds(taken), count(1000 / taken), digits(bytes / taken / 1e6)],
              ...[digits(ofMemcpy), engine === "wasm" ? "" : `${ratio(wasmTimesFaster)}×`],
            ],
      ),
    ];
  });
  const head = ["Frames", "Engine", "One frame", "Frames/s", "GB/s", "Of memcpy's speed", "`wasm` is faster by"];
  return ["### `apply`", "", ...table(head, rows)];
}

function stepTable({ trainStep }, training, named) {
  const names = trainStep.map(({ engine }) => engine);
  const rows = names.map((engine) => {
    const step = trainStep.find((row) => row.engine === engine);
    const whole = training.engines.find((row) => row.engine === engine);
    const faster = (row) => (!row || row.failed || engine === "wasm" ? "" : `${ratio(row.wasmTimesFaster)}×`);
    return [
      named(engine),
      step.failed ? `failed: ${step.failed}` : milliseconds(step.milliseconds),
      faster(step),
      whole ? (whole.failed ? `failed: ${whole.failed}` : seconds(whole.seconds)) : "not measured",
      faster(whole),
    ];
  });
  const whole = `Whole training, ${count(training.updates)} updates`;
  return [
    "### Training",
    "",
    ...table(["Engine", "`trainStep`", "`wasm` is faster by", whole, "`wasm` is faster by"], rows),
    `The first whole training of a fresh worker, with the start of \`wasm\`, took ${seconds(training.firstSeconds)}.`,
    "",
  ];
}

function fileTables(files) {
  const [n] = files.frames;
  const rows = files.frames.map((frames, index) => {
    const taken = files.seconds[index];
    const megabytes = (files.megabytes * frames) / files.frames.at(-1);
    const net = taken - files.startSeconds;
    const own = [`${frames / n}N`, count(frames), count(megabytes), seconds(taken), digits(megabytes / taken)];
    return [...own, seconds(net), digits(megabytes / net)];
  });
  const head = ["", "Frames", "MB of input", "Time", "MB/s", "Without start-up", "MB/s"];
  const copy =
    files.copySeconds === null
      ? ""
      : ` \`cp\` of the file of 4N frames took ${seconds(files.copySeconds)}: cleaning has ${ratio(files.ofCopy)} of its ` +
        `speed, ${ratio(files.ofCopyNet)} without start-up.`;
  const peak = files.peakMegabytes === null ? "" : ` At most ${count(files.peakMegabytes)} MB were resident.`;
  const memory = files.memory.map(({ frames, megabytes, peakMegabytes }) => [
    count(frames),
    count(megabytes),
    peakMegabytes === null ? "not measured" : `${count(peakMegabytes)} MB`,
  ]);
  return [
    "### File → file, and N, 2N, 4N frames",
    "",
    ...table(head, rows),
    `Start-up, measured with a stack of 128 frames of 16²: ${seconds(files.startSeconds)}.${copy}${peak} time(4N)/time(2N) is ` +
      `${ratio(files.fourTimesTwoNet)} without start-up, ${ratio(files.fourTimesTwo)} with it.`,
    "",
    "### Memory over a stack 20 times larger",
    "",
    ...table(["Frames", "MB of input", "Most memory resident"], memory),
  ];
}

function readingTable({ rows, ofCat, catSeconds, pages, openSeconds }) {
  const cat =
    ofCat === null
      ? ""
      : ` \`cat\` read the uncompressed file in ${seconds(catSeconds)}: reading has ${ratio(ofCat)} of its speed.`;
  return [
    "### Reading TIFF",
    "",
    ...table(
      ["Pixels", "Decoded"],
      rows.map(({ what, megabytesPerSecond }) => [what, `${count(megabytesPerSecond)} MB/s`]),
    ),
    `A file of ${count(pages)} pages was open, and its last page read, after ${milliseconds(1000 * openSeconds)}.${cat}`,
    "",
  ];
}

function medianTable(kernel, files) {
  const rows = kernel.map(({ windowFrames, framesPerSecond }, index) => [
    `${windowFrames} frames`,
    `${count(framesPerSecond)} frames/s`,
    `${count(files.median[index].framesPerSecond)} frames/s`,
  ]);
  return ["### Running median", "", ...table(["Window", "Alone, in memory", "File → file"], rows)];
}

function localizationTable(speeds) {
  const rows = [
    ["Detection, 256²", `${count(speeds.detection)} frames/s`],
    ["Phasor fit, 7²", `${count(speeds.phasor)} fits/s`],
    ["Maximum-likelihood fit, 7², known background", `${count(speeds.mleKnownBackground)} fits/s`],
    ["Maximum-likelihood fit, 7², flat background fitted", `${count(speeds.mleFlatBackground)} fits/s`],
    ["Whole frames, 256², phasor", `${count(speeds.framesPhasor)} frames/s`],
    ["Whole frames, 256², maximum likelihood", `${count(speeds.framesMle)} frames/s`],
  ];
  return ["### Localizer", "", ...table(["What", "On one thread"], rows)];
}

function previewTable({ previews, p50, p95 }) {
  const times = [p50, p95].map((value) => `${value.toFixed(1)} ms`);
  return [
    "### Live preview while training",
    "",
    ...table(["Frame", "Previews", "Median", "95 of 100 within"], [["512²", count(previews), ...times]]),
  ];
}

function viewerTable({ side, figures }) {
  const rows = figures.map(({ kind, device, newFrameMs, sameFrameMs, framesPerSecond }) => [
    kind === "webgl2" ? `WebGL2 (${device})` : "2D canvas",
    milliseconds(newFrameMs),
    milliseconds(sameFrameMs),
    digits(framesPerSecond),
  ]);
  const head = [
    "Drawn by",
    "A new frame, 1024² on screen",
    "The same frame again",
    "Frames/s of scrubbing in the viewer",
  ];
  return [`### Drawing frames of ${side}² uint16`, "", ...table(head, rows)];
}
