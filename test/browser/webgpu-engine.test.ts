import { expect } from "@open-wc/testing";

import type { EngineName } from "../../src/core/configuration.js";
import { createNetwork, networkParameters, type Network } from "../../src/core/network.js";
import { createStatistics } from "../../src/core/normalisation.js";
import { createRandom } from "../../src/core/random.js";
import { goldenArray, goldenValues } from "./golden-steps.js";

type Samples = Uint8Array | Uint16Array | Float32Array;
type SampleType = "uint8" | "uint16" | "float32";
interface OutputPlan {
  readonly type: "uint16" | "float32";
  readonly offsetAdu: number;
}
interface Block {
  readonly sparse: Float32Array | Uint16Array | null;
  readonly lowRank: Float32Array | Uint16Array | null;
}
interface SeparationMap {
  readonly frames: number;
  readonly matrix: Float64Array;
  readonly offset: Float64Array;
  readonly pedestal: number;
}
interface Item {
  readonly slots: readonly number[];
  readonly channel: number;
}
interface Plan {
  readonly pixels: number;
  readonly type: SampleType;
  readonly slots: number;
  readonly blockFrames: number;
  readonly sparse: OutputPlan | null;
  readonly lowRank: OutputPlan | null;
}
interface Separator {
  readonly frames: Samples;
  readonly outputs: readonly [Block, Block];
  refresh(from: number, to: number): void;
  separate(map: SeparationMap, items: readonly Item[], into: 0 | 1): Promise<number>;
  dispose(): void;
}

/** What these tests use of the engines; the worker's own types need a worker's library. */
interface Engine {
  createSeparator(plan: Plan): Promise<Separator>;
  trainStep(
    network: Network,
    frames: object,
    batch: object,
    options: object,
    gradient: Float64Array[] | null,
  ): Promise<{ readonly total: number; readonly keptShare: number }>;
  release(): void;
}
interface Engines {
  readonly EngineRoom: new (assetsBaseUrl: () => string) => {
    start(name: EngineName): Promise<Engine>;
    discard(engine: Engine): void;
  };
}

interface GPUDevice {
  destroy(): void;
}
interface GPUAdapter {
  requestDevice(descriptor?: object): Promise<GPUDevice>;
}
declare const GPUAdapter: { readonly prototype: GPUAdapter } | undefined;

const { gpu } = navigator as unknown as { gpu?: { requestAdapter(): Promise<GPUAdapter | null> } };
const hasWebGpu = gpu !== undefined && (await gpu.requestAdapter()) !== null;

// The engine's device, to lose it, and to give the next one no more than what every device has.
let device: GPUDevice | undefined;
let leastLimits = false;
let devicesMade = 0;
if (typeof GPUAdapter !== "undefined") {
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    device = await requestDevice.call(this, leastLimits ? {} : descriptor);
    devicesMade++;
    return device;
  };
}

const bundle = "/build/bundles/browser/engines.js";
const { EngineRoom } = (await import(bundle)) as Engines;
const room = new EngineRoom(() => new URL("/dist/assets/", location.href).href);

const arrays = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array };
const highest = { uint8: 255, uint16: 4095, float32: 4095 };

/** Frames that are the same picture, with noise and a few bright pixels. */
function fillFrames(samples: Samples, type: SampleType, pixels: number, seed: string): void {
  const random = createRandom(7, seed);
  const picture = Float64Array.from({ length: pixels }, () => 0.2 + 0.3 * random.next());
  for (let i = 0; i < samples.length; i++) {
    const bright = random.next() < 0.01 ? 0.4 : 0;
    const value = highest[type] * Math.min(1, (picture[i % pixels] ?? 0) + 0.03 * random.normal() + bright);
    samples[i] = type === "float32" ? value : Math.max(0, Math.round(value));
  }
}

function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).to.equal(expected.length);
  let scale = 0;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    const right = expected[i] ?? NaN;
    const off = Math.abs((found[i] ?? NaN) - right);
    scale = Math.max(scale, Math.abs(right));
    difference = Math.max(difference, Number.isNaN(off) ? Infinity : off);
  }
  return scale === 0 ? difference : difference / scale;
}

const float32 = { type: "float32", offsetAdu: 0 } as const;

async function rejection(promise: Promise<unknown>): Promise<{ readonly code?: unknown; readonly message: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("the promise was fulfilled, expected a rejection");
}

describe("engine webgpu", function () {
  this.timeout(60_000);
  let oracle: Engine;
  let engine: Engine;

  before(async function () {
    if (!hasWebGpu) this.skip();
    oracle = await room.start("js");
    engine = await room.start("webgpu");
  });

  /** The same on both engines: `work` fills the frames and gives what is compared. */
  async function onBoth<T>(plan: Plan, work: (separator: Separator) => Promise<T>): Promise<[found: T, right: T]> {
    const results: T[] = [];
    for (const one of [engine, oracle]) {
      const separator = await one.createSeparator(plan);
      results.push(await work(separator));
      separator.dispose();
    }
    return results as [T, T];
  }

  describe("its separator", () => {
    for (const [n, type, pixels] of [
      [1, "uint8", 1],
      [2, "uint16", 1027],
      [3, "uint8", 4097],
      [3, "uint16", 64 * 64],
      [3, "float32", 333],
      [5, "uint16", 30],
      [16, "uint8", 255],
      [16, "float32", 1022],
    ] as const) {
      it(`agrees with the oracle on each channel: ${n} frames of ${pixels} pixels, ${type}`, async () => {
        const random = createRandom(n, "map");
        const map = {
          frames: n,
          matrix: Float64Array.from({ length: n * n }, () => (2 * random.next()) / n),
          offset: Float64Array.from({ length: n }, () => 20 * random.normal()),
          pedestal: 3.5,
        };
        const slots = n + 2;
        const plan = { pixels, type, slots, blockFrames: n + 1, sparse: float32, lowRank: float32 };
        const items = Array.from({ length: n }, (_, channel) => ({
          slots: Array.from({ length: n }, (_slot, k) => (k * 5 + channel) % slots),
          channel,
        }));
        const [found, right] = await onBoth(plan, async (separator) => {
          fillFrames(separator.frames, type, pixels, "frames");
          separator.refresh(0, slots);
          expect(await separator.separate(map, items, 1)).to.equal(0);
          const { sparse, lowRank } = separator.outputs[1];
          return [sparse?.slice(0, n * pixels), lowRank?.slice(0, n * pixels)];
        });
        expect(largestDifference(found[0] ?? [], right[0] ?? [])).to.be.below(1e-5);
        expect(largestDifference(found[1] ?? [], right[1] ?? [])).to.be.below(1e-5);
      });
    }

    // Quarters and halves, of which the sums are exact in 32 bits too: ties must go to the even count.
    const quarters = {
      frames: 2,
      matrix: Float64Array.of(0.25, 0.5, 0.75, 0.25),
      offset: Float64Array.of(-200, 0.25),
      pedestal: 0.5,
    };
    for (const [name, sparse, lowRank] of [
      ["both parts", { type: "uint16", offsetAdu: -40.25 }, { type: "uint16", offsetAdu: 64_000 }],
      ["the sparse part alone", { type: "uint16", offsetAdu: 65_000.5 }, null],
      ["one part of each type", { type: "float32", offsetAdu: 7 }, { type: "uint16", offsetAdu: -700.5 }],
    ] as const) {
      it(`rounds to 16 bits and counts what does not fit, exactly as the oracle: ${name}`, async () => {
        for (const pixels of [1001, 1002, 1004]) {
          const plan = { pixels, type: "uint16", slots: 3, blockFrames: 3, sparse, lowRank } as const;
          const items = [
            { slots: [0, 1], channel: 0 },
            { slots: [2, 1], channel: 1 },
          ];
          const [found, right] = await onBoth(plan, async (separator) => {
            fillFrames(separator.frames, "uint16", pixels, "counts");
            separator.refresh(0, 3);
            const clipped = await separator.separate(quarters, items, 0);
            const [block] = separator.outputs;
            return { clipped, parts: [block.sparse?.slice(0, 2 * pixels), block.lowRank?.slice(0, 2 * pixels)] };
          });
          expect(right.clipped).to.be.above(0);
          expect(found.clipped).to.equal(right.clipped);
          expect(found.parts).to.deep.equal(right.parts);
        }
      });
    }

    it("keeps calls apart that are under way together, and uploads the slots that were refreshed", async () => {
      const pixels = 777;
      const plan = { pixels, type: "uint16", slots: 4, blockFrames: 2, sparse: float32, lowRank: null } as const;
      const map = (weight: number): SeparationMap => ({
        frames: 1,
        matrix: Float64Array.of(weight),
        offset: Float64Array.of(0),
        pedestal: 0,
      });
      const order: number[] = [];
      const [found, right] = await onBoth(plan, async (separator) => {
        const taken: Float32Array[] = [];
        const take = (into: 0 | 1): number => taken.push((separator.outputs[into].sparse as Float32Array).slice());
        order.length = 0;
        separator.frames.subarray(0, 2 * pixels).fill(100);
        separator.refresh(0, 2);
        const items = (first: number): Item[] => [first, first + 1].map((slot) => ({ slots: [slot], channel: 0 }));
        const first = separator.separate(map(0.25), items(0), 0).then(() => order.push(0));
        separator.frames.subarray(2 * pixels).fill(200);
        separator.refresh(2, 4);
        const second = separator.separate(map(0.5), items(2), 1).then(() => order.push(1));
        await first;
        take(0);
        separator.frames.subarray(0, pixels).fill(300);
        separator.refresh(0, 1);
        // Slot 1 is not refreshed, so either value is right for it; it is not looked at.
        const third = separator.separate(map(0.75), items(0).slice(0, 1), 0).then(() => order.push(2));
        await second;
        take(1);
        await third;
        take(0);
        return taken.map((part) => [part[0], part[pixels - 1], part[pixels], part[2 * pixels - 1]]);
      });
      expect(order).to.deep.equal([0, 1, 2]);
      expect(found).to.deep.equal(right);
      expect(found[0]).to.deep.equal([75, 75, 75, 75]);
      expect(found[1]).to.deep.equal([100, 100, 100, 100]);
      expect(found[2]?.slice(0, 2)).to.deep.equal([75, 75]);
    });

    it("says that memory is missing where a plan cannot fit, and goes on", async () => {
      const plan = {
        pixels: 2 ** 24,
        type: "float32",
        slots: 2 ** 20,
        blockFrames: 1,
        sparse: float32,
        lowRank: null,
      } as const;
      expect(await rejection(engine.createSeparator(plan))).to.have.property("code", "out-of-memory");
      const separator = await engine.createSeparator({ ...plan, pixels: 1, slots: 1 });
      separator.frames.fill(8);
      separator.refresh(0, 1);
      const half = { frames: 1, matrix: Float64Array.of(0.5), offset: Float64Array.of(0), pedestal: 0 };
      await separator.separate(half, [{ slots: [0], channel: 0 }], 0);
      expect(separator.outputs[0].sparse?.[0]).to.equal(4);
      separator.dispose();
    });
  });

  /** Loss and gradient of both engines. */
  async function compareSteps(network: Network, frames: object, batch: object, options: object): Promise<void> {
    const zeros = (): Float64Array[] => networkParameters(network).map(({ length }) => new Float64Array(length));
    const right = zeros();
    const found = zeros();
    const expected = await oracle.trainStep(network, frames, batch, options, right);
    const terms = await engine.trainStep(network, frames, batch, options, found);
    expect(Math.abs(terms.total - expected.total) / expected.total).to.be.below(1e-5);
    expect(Math.abs(terms.keptShare - expected.keptShare)).to.be.below(1e-5);
    found.forEach((part, index) => expect(largestDifference(part, right[index] ?? [])).to.be.below(1e-5));
    const alone = await engine.trainStep(network, frames, batch, options, null);
    expect(Math.abs(alone.total - expected.total) / expected.total).to.be.below(1e-5);
  }

  describe("its training step", () => {
    for (const [n, type, useBias, normType, side, items] of [
      [1, "uint8", false, 2, 31, 3],
      [1, "float32", true, 1, 8, 1],
      [2, "uint16", true, 0, 37, 2],
      [3, "uint16", false, 2, 64, 8],
      [3, "uint8", true, 3, 21, 5],
      [5, "float32", false, -1, 33, 2],
      [5, "uint16", true, 1, 40, 3],
      [16, "uint16", true, 2, 25, 2],
    ] as const) {
      const bias = useBias ? "with" : "without";
      it(`agrees with the oracle: ${n} frames ${bias} bias, ${type}, ${items} crops of side ${side}`, async () => {
        const [width, height, count] = [side + 6, side + 3, n + items];
        const samples = new arrays[type](count * width * height);
        fillFrames(samples, type, width * height, "training");
        const statistics = createStatistics();
        statistics.add(samples);
        const frames = {
          samples,
          shape: { frames: count, height, width, type },
          normalisation: statistics.finish(normType, 2),
        };
        const windows = Array.from({ length: items }, (_, item) => Array.from({ length: n }, (_k, k) => item + k));
        const network = createNetwork(n, { weightMultiplier: 0.6, useBias }, createRandom(n, "weights"));
        const options = { rank: Math.max(1, n - 1), singularValueThreshold: 0.05, sparsityWeight: 6 };
        await compareSteps(network, frames, { windows, top: 2, left: 5, side }, options);
      });
    }

    it("gives loss and gradient of the golden steps to 1e-5", async () => {
      const { normalisation, steps } = await goldenValues();
      const stack = await goldenArray("input_stack");
      const samples = stack.values as Uint16Array;
      const [count = 0, height = 0, width = 0] = stack.shape;
      for (const [name, step] of Object.entries(steps)) {
        const parts = ["conv1_weight", "conv1_bias", "conv2_weight", "conv2_bias"].filter(
          (part) => part.endsWith("weight") || step.weights.includes("bias"),
        );
        const weights = new Map<string, Float64Array>();
        for (const part of parts) {
          weights.set(part, Float64Array.from((await goldenArray(`w_${step.weights}_${part}`)).values));
        }
        const network = {
          frames: step.temporal_shifts.length,
          conv1: weights.get("conv1_weight") ?? new Float64Array(0),
          bias1: weights.get("conv1_bias") ?? null,
          conv2: weights.get("conv2_weight") ?? new Float64Array(0),
          bias2: weights.get("conv2_bias") ?? null,
        };
        const frames = {
          samples,
          shape: { frames: count, height, width, type: "uint16" },
          normalisation: {
            type: step.norm_type,
            offsetAdu: 0,
            maximum: normalisation.max,
            mean: normalisation.mean_float64,
            standardDeviation: normalisation.std_float64_unbiased,
          },
        };
        const batch = {
          windows: step.items.map((item) => step.temporal_shifts.map((shift) => item + shift)),
          top: step.crop_centre_row_col[0] - step.crop_half,
          left: step.crop_centre_row_col[1] - step.crop_half,
          side: 2 * step.crop_half,
        };
        const options = { rank: step.rank, singularValueThreshold: step.mu, sparsityWeight: step.alpha };
        const gradient = networkParameters(network).map(({ length }) => new Float64Array(length));
        const { total } = await engine.trainStep(network, frames, batch, options, gradient);
        expect(Math.abs(total - step.loss) / step.loss, `loss of ${name}`).to.be.below(1e-5);
        for (const [index, part] of parts.entries()) {
          const right = (await goldenArray(`step_${name}_grad_${part}`)).values;
          expect(largestDifference(gradient[index] ?? [], right), `${part} of ${name}`).to.be.below(1e-5);
        }
      }
    });

    it("computes beside TensorFlow.js, on its device", async () => {
      const graphs = await room.start("tfjs-webgpu");
      expect(devicesMade).to.equal(1);
      const samples = new Uint16Array(4 * 20 * 20);
      fillFrames(samples, "uint16", 400, "beside");
      const statistics = createStatistics();
      statistics.add(samples);
      const shape = { frames: 4, height: 20, width: 20, type: "uint16" };
      const frames = { samples, shape, normalisation: statistics.finish(2, 0) };
      const network = createNetwork(3, { weightMultiplier: 0.5, useBias: false }, createRandom(4, "weights"));
      const batch = { windows: [[0, 1, 3]], top: 1, left: 2, side: 16 };
      const options = { rank: 3, singularValueThreshold: 0.01, sparsityWeight: 12 };
      const both = [graphs, engine, graphs, engine].map((one) => {
        const gradient = networkParameters(network).map(({ length }) => new Float64Array(length));
        return one.trainStep(network, frames, batch, options, gradient).then(({ total }) => ({ total, gradient }));
      });
      const [first, ...others] = await Promise.all(both);
      for (const { total, gradient } of others) {
        expect(Math.abs(total - (first?.total ?? NaN)) / total).to.be.below(1e-5);
        gradient.forEach((part, index) => {
          expect(largestDifference(part, first?.gradient[index] ?? [])).to.be.below(1e-5);
        });
      }
    });

    it("can be used again after its memory was released", async () => {
      const samples = new Uint8Array(3 * 100);
      fillFrames(samples, "uint8", 100, "released");
      const statistics = createStatistics();
      statistics.add(samples);
      const shape = { frames: 3, height: 10, width: 10, type: "uint8" };
      const frames = { samples, shape, normalisation: statistics.finish(2, 0) };
      const network = createNetwork(2, { weightMultiplier: 0.5, useBias: false }, createRandom(1, "weights"));
      const batch = { windows: [[0, 2]], top: 0, left: 0, side: 10 };
      const options = { rank: 2, singularValueThreshold: 0.01, sparsityWeight: 12 };
      engine.release();
      await compareSteps(network, frames, batch, options);
      engine.release();
      await compareSteps(network, frames, batch, options);
    });
  });

  describe("when its device is lost", () => {
    const plan = { pixels: 2 ** 20, type: "uint16", slots: 4, blockFrames: 2, sparse: float32, lowRank: null } as const;
    const half = { frames: 1, matrix: Float64Array.of(0.5), offset: Float64Array.of(0), pedestal: 0 };
    const item = { slots: [0], channel: 0 };

    it("rejects the calls under way and all later ones, and a new start gets a new device", async () => {
      const separator = await engine.createSeparator(plan);
      separator.refresh(0, 4);
      const underWay = [separator.separate(half, [item], 0), separator.separate(half, [item], 1)].map(rejection);
      device?.destroy();
      for (const error of await Promise.all(underWay)) {
        expect(error.message).to.match(/graphics device/);
        expect(error).to.have.property("code", "unsupported");
      }
      expect((await rejection(separator.separate(half, [item], 0))).message).to.match(/lost/);
      expect((await rejection(engine.createSeparator(plan))).message).to.match(/lost/);
      const network = createNetwork(1, { weightMultiplier: 0.5, useBias: false }, createRandom(1, "weights"));
      const shape = { frames: 1, height: 2, width: 2, type: "uint8" };
      const statistics = createStatistics();
      statistics.add(Uint8Array.of(1, 2, 3, 4));
      const frames = { samples: Uint8Array.of(1, 2, 3, 4), shape, normalisation: statistics.finish(2, 0) };
      const batch = { windows: [[0]], top: 0, left: 0, side: 2 };
      const options = { rank: 1, singularValueThreshold: 0, sparsityWeight: 12 };
      expect((await rejection(engine.trainStep(network, frames, batch, options, null))).message).to.match(/lost/);
      separator.dispose();

      room.discard(engine);
      leastLimits = true;
      engine = await room.start("webgpu");
      await compareSteps(network, frames, batch, options);
    });

    it("works in bands on a device that binds less memory than the frames need", async () => {
      // 40 frames of 2 · 1793 · 1001 bytes are more than the 128 MiB that every device can bind.
      const pixels = 1793 * 1001;
      const slots = 40;
      const items = [0, slots - 1].map((slot) => ({ slots: [slot, slots - 1 - slot], channel: 1 }));
      const map = { frames: 2, matrix: Float64Array.of(0, 0, 0.25, 0.5), offset: Float64Array.of(0, 3), pedestal: 1 };
      const sparse = { type: "uint16", offsetAdu: 100 } as const;
      const [found, right] = await onBoth({ ...plan, pixels, slots, sparse, lowRank: float32 }, async (separator) => {
        fillFrames(separator.frames.subarray(0, pixels), "uint16", pixels, "first");
        fillFrames(separator.frames.subarray((slots - 1) * pixels), "uint16", pixels, "last");
        separator.refresh(0, slots);
        await separator.separate(map, items, 0);
        return separator.outputs[0];
      });
      expect(largestDifference(found.sparse ?? [], right.sparse ?? [])).to.equal(0);
      expect(largestDifference(found.lowRank ?? [], right.lowRank ?? [])).to.be.below(1e-6);
    });

    it("trains on frames that are too large to be bound", async () => {
      const side = 1100;
      const count = 120;
      const samples = new Uint8Array(count * side * side);
      fillFrames(samples.subarray(0, side * side), "uint8", side * side, "first");
      samples.copyWithin((count - 1) * side * side, 7, side * side);
      const shape = { frames: count, height: side, width: side, type: "uint8" };
      const statistics = createStatistics();
      statistics.add(samples.subarray(0, side * side));
      const frames = { samples, shape, normalisation: statistics.finish(3, 1) };
      const network = createNetwork(2, { weightMultiplier: 0.5, useBias: true }, createRandom(2, "weights"));
      const options = { rank: 2, singularValueThreshold: 0.1, sparsityWeight: 12 };
      for (const top of [3, 40]) {
        await compareSteps(network, frames, { windows: [[0, count - 1]], top, left: 9, side: 50 }, options);
      }
    });
  });
});
