import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import type { EngineRequest } from "../../src/core/configuration.js";
import type { StackRegion } from "../../src/core/frames.js";
import { openSimulation } from "../../src/core/io/simulated-reader.js";
import { createMemorySink } from "../../src/core/io/buffer-source.js";
import { readRegion } from "../../src/core/io/region-reader.js";
import { createTiffWriter } from "../../src/core/io/tiff-writer.js";
import { parseModelFile, type ModelFile } from "../../src/core/model.js";
import { cameraOfStack } from "../../src/core/minimum-background.js";
import { createSimulationOptions } from "../../src/core/simulation.js";
import type {
  CleaningMethod,
  CleaningOptions,
  PixelPath,
  ProfileOptions,
  Projection,
  Projections,
  TrainingPlan,
} from "../../src/protocol/api.js";
import type { ClientStack } from "../../src/protocol/client.js";
import type { HeadlessClient } from "../../src/protocol/headless-client.js";
import { rejectsWith } from "./in-process-worker.js";

const packageName: string = "slnet-web/client";
// In its worker: TensorFlow.js and the kernels run in Node only as they are bundled.
const { createSlnetClient } = (await import(packageName)) as { createSlnetClient(): Promise<HeadlessClient> };

const sample = { width: 40, height: 33, frames: 80, seed: 5, emittersPerFrame: 3 };
const quick = { temporalShifts: [0, 10, 20], trainFrames: "0:24", maxEpochs: 4, engine: "js", learningRate: 1e-3 };
const region: StackRegion = { x: 7, y: 5, width: 22, height: 19, from: 12, to: 70 };
const whole: CleaningOptions = { from: 0, to: sample.frames, lowRank: true, tail: "shift", engine: "js" };

async function trained(
  stack: ClientStack,
  part: StackRegion | null,
  options: object = {},
): Promise<{ readonly model: ModelFile; readonly plan: TrainingPlan }> {
  const run = await stack.train({ ...quick, ...options }, { region: part });
  let model: ModelFile | null = null;
  for await (const report of run) ({ model } = report);
  assert.ok(model);
  return { model, plan: run.plan };
}

/** Frames one after the other, `[frames, height, width]`. */
interface Cleaned {
  readonly raw: Float32Array;
  readonly sparse: Float32Array;
  readonly lowRank: Float32Array;
}

async function cleaned(stack: ClientStack, method: CleaningMethod, options: CleaningOptions): Promise<Cleaned> {
  const parts = { raw: [] as number[][], sparse: [] as number[][], lowRank: [] as number[][] };
  const run = await stack.clean(method, options);
  for await (const { from, to, sparse, lowRank } of run) {
    for (let frame = from; frame < to; frame++) parts.raw.push([...(await stack.readFrame(frame))]);
    parts.sparse.push([...sparse]);
    parts.lowRank.push([...(lowRank ?? [])]);
  }
  await run.close();
  return {
    raw: Float32Array.from(parts.raw.flat()),
    sparse: Float32Array.from(parts.sparse.flat()),
    lowRank: Float32Array.from(parts.lowRank.flat()),
  };
}

async function profiled(stack: ClientStack, method: CleaningMethod | null, path: PixelPath, options: ProfileOptions) {
  const run = await stack.profile(method, path, options);
  const raw: number[] = [];
  const sparse: number[] = [];
  const lowRank: number[] = [];
  let next = run.plan.from;
  for await (const report of run) {
    assert.equal(report.from, next);
    assert.equal(report.positions, run.plan.positions.length);
    next = report.to;
    raw.push(...report.raw);
    sparse.push(...(report.sparse ?? []));
    lowRank.push(...(report.lowRank ?? []));
  }
  assert.equal(next, run.plan.to);
  return { raw, sparse, lowRank, positions: run.plan.positions };
}

async function projected(
  stack: ClientStack,
  method: CleaningMethod | null,
  options: CleaningOptions,
): Promise<Projections> {
  let projections: Projections | null = null;
  let done = 0;
  for await (const report of await stack.project(method, options)) {
    assert.equal(projections, null, "only the last report has them");
    ({ projections } = report);
    done = report.progress.done;
  }
  assert.ok(projections);
  assert.ok(done > 0);
  return projections;
}

/** Straight from the definitions, in float64. */
function plainProjection(frames: Float32Array, pixels: number): Projection {
  const count = frames.length / pixels;
  const [maximum, mean, standardDeviation] = [1, 2, 3].map(() => new Float32Array(pixels)) as [
    Float32Array<ArrayBuffer>,
    Float32Array<ArrayBuffer>,
    Float32Array<ArrayBuffer>,
  ];
  for (let pixel = 0; pixel < pixels; pixel++) {
    const trace = Array.from({ length: count }, (_, frame) => frames[frame * pixels + pixel] ?? NaN);
    const average = trace.reduce((sum, value) => sum + value, 0) / count;
    const squares = trace.reduce((sum, value) => sum + (value - average) ** 2, 0);
    maximum[pixel] = Math.max(...trace);
    mean[pixel] = average;
    standardDeviation[pixel] = count > 1 ? Math.sqrt(squares / (count - 1)) : 0;
  }
  return { maximum, mean, standardDeviation };
}

function assertProjection(found: Projection | null, frames: Float32Array, pixels: number): void {
  assert.ok(found);
  const expected = plainProjection(frames, pixels);
  assert.deepEqual(found.maximum, expected.maximum);
  for (const part of ["mean", "standardDeviation"] as const) {
    expected[part].forEach((value, pixel) => {
      // Both round to float32 at the end, perhaps to either side.
      const difference = Math.abs((found[part][pixel] ?? NaN) - value);
      assert.ok(difference <= 1.2e-7 * Math.abs(value) + 1e-9, `${part} of pixel ${pixel} is off by ${difference}`);
    });
  }
}

describe("a region of a stack", () => {
  const reader = openSimulation(createSimulationOptions(sample));

  it("holds the pixels and frames of that part of the stack", async () => {
    const part = readRegion(reader, region);
    assert.deepEqual(part.description.shape, { frames: 58, height: 19, width: 22, type: "uint16" });
    const frames = new Uint16Array(3 * 19 * 22);
    const frame = new Uint16Array(40 * 33);
    await part.readFrames(4, 7, frames);
    await reader.readFrames(12 + 5, 12 + 6, frame);
    const expected = Array.from({ length: 19 }, (_, row) => [...frame.subarray((5 + row) * 40 + 7).subarray(0, 22)]);
    assert.deepEqual([...frames.subarray(19 * 22, 2 * 19 * 22)], expected.flat());
    await rejectsWith(part.readFrames(57, 59, frames.subarray(0, 2 * 19 * 22)), "bad-input", /it has 58 frames/);
  });

  for (const [what, wrong] of [
    ["that reaches past the right edge", { ...region, x: 19 }],
    ["that reaches past the bottom", { ...region, y: 15 }],
    ["that reaches past the last frame", { ...region, to: 81 }],
    ["without pixels", { ...region, width: 0 }],
    ["without frames", { ...region, to: 12 }],
    ["from a negative column", { ...region, x: -1 }],
    ["between pixels", { ...region, y: 0.5 }],
    ["of no numbers", { ...region, height: "19" as unknown as number }],
    ["of NaN", { ...region, from: NaN }],
  ] as const) {
    it(`${what} is refused`, () => {
      assert.throws(() => readRegion(reader, wrong), /the region is .* expected a part of 40×33 pixels, frames 0:80/);
    });
  }
});

describe("looking at a stack through the worker", () => {
  let folder: string;
  let client: HeadlessClient;
  let stack: ClientStack;
  let slnet: CleaningMethod;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "slnet-inspection-"));
    client = await createSlnetClient();
    stack = await client.open({ type: "simulated", options: sample });
    slnet = { type: "slnet", model: (await trained(stack, null)).model };
  });
  after(async () => {
    client.dispose();
    await rm(folder, { recursive: true });
  });

  /** The pixels of a region as a stack of their own. */
  const openPart = async (part: StackRegion): Promise<ClientStack> => {
    const reader = readRegion(openSimulation(createSimulationOptions(sample)), part);
    const { shape } = reader.description;
    return client.open({
      type: "frames",
      name: "part",
      shape,
      frames: {
        async read(index) {
          const frame = new Uint16Array(shape.height * shape.width);
          await reader.readFrames(index, index + 1, frame);
          return frame;
        },
      },
    });
  };

  it("training on a region is training on a stack that holds nothing else, and the model says where", async () => {
    const { model, plan } = await trained(stack, region);
    const cut = await openPart(region);
    const alone = await trained(cut, null);
    assert.deepEqual(model.weights, alone.model.weights);
    assert.deepEqual(model.normalisation, alone.model.normalisation, "statistics are of what is trained on");
    assert.notDeepEqual(model.weights, slnet.type === "slnet" && slnet.model.weights);
    assert.deepEqual(model.region, region);
    assert.equal(alone.model.region, null);
    assert.deepEqual(parseModelFile(JSON.stringify(model), "m.json"), model);
    assert.equal(plan.cropSize, 19);
    assert.match(plan.notices.join(" "), /the crop side is 19 instead of 128 pixels: the region has 22×19 pixels/);
    await cut.close();
  });

  it("training windows of a region stay inside its frames", async () => {
    const { plan } = await trained(stack, region, { trainFrames: "0:58", maxEpochs: 1 });
    assert.equal(plan.trainingWindows + plan.validationWindows, 58 - 20);
    await rejectsWith(
      stack.train(quick, { region: { ...region, to: region.from + 20 } }),
      "bad-input",
      /the stack has 20 frames, temporal shifts \[0, 10, 20\] need at least 21/,
    );
    await rejectsWith(stack.train(quick, { region: { ...region, x: 30 } }), "bad-input", /expected a part of 40×33/);
  });

  it("shows whole frames of the stack while it trains on a region", async () => {
    const run = await stack.train(quick, { region });
    assert.equal((await run.preview(79)).length, 40 * 33);
    await run.close();
  });

  const line: PixelPath = { from: [3, 30], to: [36, 8] };
  const options: ProfileOptions = { from: 5, to: 74, tail: "shift", engine: "js" };

  it("a path has its ends and the pixels nearest to the line between, one pixel apart", async () => {
    const { positions } = (await stack.profile(null, line, options)).plan;
    assert.equal(positions.length, Math.round(Math.hypot(33, 22)) + 1);
    assert.deepEqual([positions[0], positions.at(-1)], [line.from, line.to]);
    for (const [x, y] of positions) {
      assert.ok(Math.abs((x - 3) * 22 + (y - 30) * 33) / Math.hypot(33, 22) <= Math.SQRT1_2, `${x}, ${y} is off it`);
    }
    const level = (await stack.profile(null, { from: [9, 4], to: [5, 4] }, options)).plan.positions;
    assert.deepEqual(
      level,
      [9, 8, 7, 6, 5].map((x) => [x, 4]),
    );
  });

  for (const engine of ["js", "wasm", "tfjs-cpu"] as const satisfies readonly EngineRequest[]) {
    it(`a profile is bit for bit what cleaning whole frames gives (slnet, ${engine})`, () =>
      compareProfile(slnet, engine));
  }
  it("a profile is bit for bit what cleaning whole frames gives (running median)", () =>
    compareProfile({ type: "median", windowFrames: 15 }, "js"));
  it("a profile is bit for bit what cleaning whole frames gives (median of the stack)", () =>
    compareProfile({ type: "median", windowFrames: 0 }, "js"));

  it("a profile is bit for bit what cleaning whole frames gives (temporal minimum)", () =>
    compareProfile({ type: "minimum", options: { windowFrames: 15, camera: cameraOfStack } }, "js"));

  async function compareProfile(method: CleaningMethod, engine: EngineRequest): Promise<void> {
    const expected = await cleaned(stack, method, { ...whole, ...options, engine });
    for (const path of [line, { from: [17, 12], to: [17, 12] }] as const) {
      const found = await profiled(stack, method, path, { ...options, engine });
      for (const part of ["raw", "sparse", "lowRank"] as const) {
        const values: number[] = [];
        for (let frame = 0; frame < 69; frame++) {
          for (const [x, y] of found.positions) values.push(expected[part][(frame * 33 + y) * 40 + x] ?? NaN);
        }
        assert.deepEqual(found[part], values, part);
      }
      assert.ok(found.lowRank.some((value) => value > 0));
    }
  }

  it("a profile without a method is of the raw frames alone", async () => {
    const { raw, sparse, lowRank } = await profiled(stack, null, { from: [2, 3], to: [2, 3] }, options);
    assert.equal(raw.length, 69);
    assert.equal(raw[6], (await stack.readFrame(11))[3 * 40 + 2]);
    assert.deepEqual([sparse, lowRank], [[], []]);
  });

  it("a profile that cannot be is refused with a sentence", async () => {
    const rpca = {
      type: "rpca",
      options: { groupFrames: 8, sparsityWeight: null, penalty: null, iterations: 5 },
    } as const;
    await rejectsWith(stack.profile(rpca, line, options), "unsupported", /RPCA decomposes whole frames together/);
    const ball = { type: "rolling-ball", radius: 5 } as const;
    await rejectsWith(stack.profile(ball, line, options), "unsupported", /a ball rolls under whole frames/);
    for (const end of [[40, 3], [3, 33], [-1, 3], [0.5, 3], [3], "3,3"] as unknown as PixelPath["to"][]) {
      await rejectsWith(stack.profile(slnet, { from: [3, 3], to: end }, options), "bad-input", /there is no pixel at/);
    }
    await rejectsWith(stack.profile(slnet, line, { ...options, from: 80 }), "bad-input", /frames 80:74 were asked for/);
  });

  it("projections are those of the raw and cleaned frames in float64", async () => {
    for (const range of [
      { from: 0, to: 80 },
      { from: 9, to: 61 },
    ]) {
      const request = { ...whole, ...range };
      const frames = await cleaned(stack, slnet, request);
      const { raw, sparse, lowRank } = await projected(stack, slnet, request);
      assertProjection(raw, frames.raw, 40 * 33);
      assertProjection(sparse, frames.sparse, 40 * 33);
      assertProjection(lowRank, frames.lowRank, 40 * 33);
    }
  });

  it("projections leave out what was not asked for", async () => {
    const raw = await projected(stack, null, whole);
    assert.deepEqual([raw.sparse, raw.lowRank], [null, null]);
    const frames = await cleaned(stack, { type: "median", windowFrames: 9 }, { ...whole, to: 1 });
    const one = await projected(stack, { type: "median", windowFrames: 9 }, { ...whole, to: 1, lowRank: false });
    assert.deepEqual(one.sparse?.maximum, frames.sparse);
    assert.ok(one.sparse?.standardDeviation.every((value) => value === 0));
    assert.equal(one.lowRank, null);
  });

  it("projections keep a small variance on a large offset", async () => {
    const shape = { frames: 500, height: 2, width: 3, type: "float32" } as const;
    const values = (index: number): Float32Array =>
      Float32Array.from({ length: 6 }, (_, pixel) => 60_000 + ((index * (pixel + 3)) % 7) / 64);
    const flat = await client.open({
      type: "frames",
      name: "flat",
      shape,
      frames: { read: (index) => Promise.resolve(values(index)) },
    });
    const { raw } = await projected(flat, null, { ...whole, to: 500 });
    const frames = Float32Array.from(Array.from({ length: 500 }, (_, index) => [...values(index)]).flat());
    assertProjection(raw, frames, 6);
    await flat.close();
  });

  const largeShape = { frames: 900, height: 160, width: 200, type: "uint16" } as const;

  /** Frames of noise in a file: reading and cleaning them takes longer than the messages about it. */
  async function largeStack(): Promise<string> {
    const file = createMemorySink();
    const writer = createTiffWriter(file, largeShape);
    const frame = new Uint16Array(largeShape.height * largeShape.width);
    for (let index = 0; index < largeShape.frames; index++) {
      for (let pixel = 0; pixel < frame.length; pixel++) frame[pixel] = 200 + ((pixel * 31 + index * 17) % 97);
      await writer.write(frame);
    }
    await writer.finish();
    const path = join(folder, "large.tif");
    await writeFile(path, file.bytes());
    return path;
  }

  for (const engine of ["wasm", "js"] as const) {
    it(`an estimate is within a factor of 2 of the run (${engine})`, async () => {
      // Large enough for the time not to be that of a few messages.
      const options = { temporalShifts: [0, 20, 40], engine, maxEpochs: engine === "wasm" ? 40 : 4 };
      const large = await client.open(await largeStack());
      const slnetOf = (model: ModelFile): CleaningMethod => ({ type: "slnet", model });
      const request: CleaningOptions = { from: 0, to: largeShape.frames, lowRank: false, tail: "shift", engine };
      const measure = async () => {
        let start = performance.now();
        const estimate = await large.estimate(options, null);
        const took = performance.now() - start;
        start = performance.now();
        let model: ModelFile | null = null;
        for await (const report of await large.train(options)) ({ model } = report);
        const training = (performance.now() - start) / 1000;
        assert.ok(model);
        start = performance.now();
        const run = await large.clean(slnetOf(model), request);
        for await (const { sparse } of run) assert.ok(sparse.length > 0);
        await run.close();
        return { estimate, took, training, cleaning: (performance.now() - start) / 1000 };
      };
      // On a machine that is busy with other things a turn may be far off, hence three.
      await measure();
      const turns = [await measure(), await measure(), await measure()];
      const middle = (values: number[]): number => values.sort((a, b) => a - b)[1] ?? NaN;
      const training = middle(turns.map((turn) => (turn.estimate.trainingSeconds ?? NaN) / turn.training));
      const cleaning = middle(turns.map((turn) => (turn.estimate.cleaningSeconds ?? NaN) / turn.cleaning));
      assert.ok(training > 0.5 && training < 2, `training was estimated as ${training} of what it took`);
      assert.ok(cleaning > 0.5 && cleaning < 2, `cleaning was estimated as ${cleaning} of what it took`);
      assert.ok(middle(turns.map(({ took }) => took)) < 1500);
      assert.equal(turns[0]?.estimate.engine, engine);
      await large.close();
    });
  }

  it("an estimate is of the region, and says which part of a run cannot be", async () => {
    const options = { temporalShifts: [0, 10, 20], trainFrames: "0:24", engine: "wasm" };
    const all = await stack.estimate(options, null);
    const part = await stack.estimate(options, region);
    assert.ok(part.trainingBytes < all.trainingBytes / 2);
    assert.equal(part.cleaningBytes, all.cleaningBytes);
    const short = await stack.estimate(options, { ...region, to: region.from + 20 });
    assert.deepEqual([short.trainingSeconds, short.trainingBytes], [null, 0]);
    assert.ok((short.cleaningSeconds ?? 0) > 0);
    const none = await stack.estimate({ engine: "wasm" }, null);
    assert.deepEqual([none.trainingSeconds, none.cleaningSeconds], [null, null]);
    await rejectsWith(stack.estimate(options, { ...region, x: 30 }), "bad-input", /expected a part of 40×33 pixels/);
    await rejectsWith(stack.estimate({ batchSize: 0 }, null), "bad-input", /batchSize is 0/);
  });
});
