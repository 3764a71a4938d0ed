// Times one training step and cleaning on each engine that runs under Node, and prints a table or, with --json, an object.
// Needs a build: npm run build.
import { createNetwork, networkParameters } from "../build/src/core/network.js";
import { createRandom } from "../build/src/core/random.js";
import { createStatistics } from "../build/src/core/normalisation.js";
import { separationMap } from "../build/src/core/separation.js";
import { createSimulation, createSimulationOptions } from "../build/src/core/simulation.js";
import { EngineRoom } from "../build/bundles/node/engines.js";

const side = 256;
const shifts = [0, 4, 9];
const simulation = createSimulation(createSimulationOptions({ width: side, height: side, frames: 20 }));
const samples = new Uint16Array(20 * side * side);
const statistics = createStatistics();
for (let index = 0; index < 20; index++) {
  const frame = simulation.frame(index);
  samples.set(frame, index * side * side);
  statistics.add(frame);
}
const normalisation = statistics.finish(2, 0);
const frames = { samples, shape: { frames: 20, height: side, width: side, type: "uint16" }, normalisation };
const network = createNetwork(3, { weightMultiplier: 0.5, useBias: false }, createRandom(1, "weights"));
const gradient = networkParameters(network).map((parameter) => new Float64Array(parameter.length));
const windows = Array.from({ length: 8 }, (_, start) => shifts.map((shift) => start + shift));
const batch = { windows, top: 30, left: 60, side: 128 };
const options = { rank: 3, singularValueThreshold: 0.01, sparsityWeight: 12 };
const frame = (index) => samples.subarray(index * side * side, (index + 1) * side * side);
const apply = {
  map: separationMap(network, normalisation),
  windows: windows.map((window) => window.map(frame)),
  channels: windows.map(() => 0),
  sparse: new Float32Array(8 * side * side),
  lowRank: null,
};

/** Median milliseconds of `turns` calls, after one to warm up. */
async function median(work, turns) {
  await work();
  const times = [];
  for (let turn = 0; turn < turns; turn++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(turns / 2)];
}

const room = new EngineRoom(() => new URL("../dist/assets/", import.meta.url).href);
const results = [];
for (const [name, turns] of [
  ["js", 31],
  ["tfjs-wasm", 15],
  ["tfjs-cpu", 3],
]) {
  const engine = await room.start(name);
  const stepMs = await median(() => engine.trainStep(network, frames, batch, options, gradient), turns);
  const blockMs = await median(() => engine.apply(apply), turns);
  results.push({ engine: name, stepMs, framesPerSecond: 8000 / blockMs });
}

if (process.argv.includes("--json")) {
  console.log(JSON.stringify({ side, batch: 8, crop: 128, results }));
} else {
  console.log("| Engine | Training step, 8 crops of 128², 3 frames | Cleaning, 256² frames of 3 |");
  console.log("| --- | --- | --- |");
  for (const { engine, stepMs, framesPerSecond } of results) {
    console.log(`| \`${engine}\` | ${stepMs.toFixed(1)} ms | ${Math.round(framesPerSecond)} frames/s |`);
  }
}
