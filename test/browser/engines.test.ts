import { expect } from "@open-wc/testing";

import type { EngineName } from "../../src/core/configuration.js";
import { createNetwork, networkParameters } from "../../src/core/network.js";
import { createRandom } from "../../src/core/random.js";
import { separationMap } from "../../src/core/separation.js";
import { createSimulation, createSimulationOptions } from "../../src/core/simulation.js";
import { createStatistics } from "../../src/core/normalisation.js";

/** What these tests use of the engines; the worker's own types need a worker's library. */
interface Engine {
  readonly adapter: string;
  apply(request: object): Promise<void>;
  trainStep(
    network: object,
    frames: object,
    batch: object,
    options: object,
    gradient: Float64Array[] | null,
  ): Promise<{ readonly total: number }>;
}

interface Engines {
  readonly EngineRoom: new (assetsBaseUrl: () => string) => {
    start(name: EngineName): Promise<Engine>;
    choose(
      request: string,
      measure: (engine: Engine) => Promise<void>,
    ): Promise<{
      readonly report: {
        readonly name: string;
        readonly candidates: readonly { readonly name: string; readonly reason: string }[];
      };
    }>;
  };
}

const bundle = "/build/bundles/browser/engines.js";
const { EngineRoom } = (await import(bundle)) as Engines;
const room = new EngineRoom(() => new URL("/dist/assets/", location.href).href);

const side = 32;
const shifts = [0, 5, 10];
const simulation = createSimulation(createSimulationOptions({ width: side, height: side, frames: 20, seed: 3 }));
const samples = new Uint16Array(20 * side * side);
const statistics = createStatistics();
for (let index = 0; index < 20; index++) {
  const frame = simulation.frame(index);
  samples.set(frame, index * side * side);
  statistics.add(frame);
}
const frames = {
  samples,
  shape: { frames: 20, height: side, width: side, type: "uint16" },
  normalisation: statistics.finish(2, 0),
};

function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  const scale = Math.max(...Array.from(expected, Math.abs));
  return Math.max(...Array.from(expected, (value, index) => Math.abs(value - (found[index] ?? NaN)))) / scale;
}

const hasWebGpu = "gpu" in navigator && (await (navigator as unknown as { gpu: GPU }).gpu.requestAdapter()) !== null;
interface GPU {
  requestAdapter(): Promise<object | null>;
}

for (const name of ["tfjs-wasm", "tfjs-webgpu"] as const) {
  describe(`engine ${name} in the browser`, () => {
    for (const useBias of [false, true]) {
      it(`agrees with the oracle ${useBias ? "with" : "without"} bias: frames, loss and gradient`, async function () {
        this.timeout(60_000);
        if (name === "tfjs-webgpu" && !hasWebGpu) this.skip();
        const network = createNetwork(3, { weightMultiplier: 0.5, useBias }, createRandom(11, "weights"));
        const results = [];
        for (const which of ["js", name] as const) {
          const engine = await room.start(which);
          const gradient = networkParameters(network).map((parameter) => new Float64Array(parameter.length));
          const batch = {
            windows: [0, 3].map((start) => shifts.map((shift) => start + shift)),
            top: 2,
            left: 1,
            side: 24,
          };
          const options = { rank: 3, singularValueThreshold: 0.01, sparsityWeight: 12 };
          const { total } = await engine.trainStep(network, frames, batch, options, gradient);
          const window = shifts.map((shift) => samples.subarray(shift * side * side, (shift + 1) * side * side));
          const sparse = new Float32Array(2 * side * side);
          const lowRank = new Float32Array(2 * side * side);
          const map = separationMap(network, frames.normalisation);
          await engine.apply({ map, windows: [window, window], channels: [0, 2], sparse, lowRank });
          results.push({ total, gradient, sparse, lowRank });
        }
        const [oracle, found] = results;
        if (!oracle || !found) throw new Error("nothing was computed");
        expect(Math.abs(found.total - oracle.total) / oracle.total).to.be.below(1e-5);
        found.gradient.forEach((part, index) => {
          expect(largestDifference(part, oracle.gradient[index] ?? [])).to.be.below(1e-5);
        });
        expect(largestDifference(found.sparse, oracle.sparse)).to.be.below(1e-5);
        expect(largestDifference(found.lowRank, oracle.lowRank)).to.be.below(1e-5);
      });
    }
  });
}

describe("the choice of an engine", () => {
  it("never takes a software adapter by itself, and says why", async function () {
    this.timeout(60_000);
    const { report } = await room.choose("auto", async (engine) => {
      await engine.apply({
        map: { frames: 1, matrix: Float64Array.of(0.5), offset: Float64Array.of(0), pedestal: 0 },
        windows: [[new Uint16Array(4096).fill(9)]],
        channels: [0],
        sparse: new Float32Array(4096),
        lowRank: null,
      });
    });
    expect(["js", "tfjs-wasm"]).to.include(report.name);
    const webgpu = report.candidates.find((candidate) => candidate.name === "tfjs-webgpu");
    expect(webgpu?.reason).to.match(/software|no adapter/);
  });
});
