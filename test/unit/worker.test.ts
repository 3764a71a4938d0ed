import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import type { SampleArray } from "../../src/core/frames.js";
import { createMemorySink } from "../../src/core/io/buffer-source.js";
import { createTiffWriter } from "../../src/core/io/tiff-writer.js";
import { nearestNeighbourPrecision } from "../../src/core/evaluation/nearest-neighbour-precision.js";
import { createFrameLocalizer } from "../../src/core/localization/frame-localizer.js";
import { createLocalizationList, type Localizations } from "../../src/core/localization/localization.js";
import { createRendering } from "../../src/core/localization/rendering.js";
import { cameraOfStack, createMinimumCorrection, minimumBackground } from "../../src/core/minimum-background.js";
import { networkOf, type ModelFile } from "../../src/core/model.js";
import { rollingBallBackground } from "../../src/core/rolling-ball.js";
import { separate, separationMap } from "../../src/core/separation.js";
import { createSimulation, createSimulationOptions } from "../../src/core/simulation.js";
import type { CleaningMethod, CleaningOptions, SavedPart, TrainingReport } from "../../src/protocol/api.js";
import type { ClientStack } from "../../src/protocol/client.js";
import type { LocalizationBlock, LocalizationOptions, LocalizationPlan } from "../../src/protocol/localization-api.js";
import { connect, rejectsWith } from "./in-process-worker.js";
import { buildTiff } from "./tiff-builder.js";
import { encodeJpeg, encodeStored } from "./tiff-encoders.js";

const sample = { width: 40, height: 33, frames: 60, seed: 5, emittersPerFrame: 3 };
const shifts = [0, 10, 20];
const quick = { temporalShifts: shifts, trainFrames: "0:24", maxEpochs: 6, engine: "js", learningRate: 1e-3 };

async function trained(
  stack: ClientStack,
  options: object = {},
  checkpoint: ModelFile | null = null,
): Promise<TrainingReport> {
  let last: TrainingReport | null = null;
  for await (const report of await stack.train({ ...quick, ...options }, { checkpoint })) last = report;
  assert.ok(last);
  return last;
}

const wholeStack: CleaningOptions = { from: 0, to: sample.frames, lowRank: false, tail: "shift", engine: "js" };

async function cleaned(
  stack: ClientStack,
  method: CleaningMethod,
  options: Partial<CleaningOptions> = {},
): Promise<Map<number, Float32Array>> {
  const run = await stack.clean(method, { ...wholeStack, ...options });
  const frames = new Map<number, Float32Array>();
  for await (const block of run) {
    const pixels = block.sparse.length / (block.to - block.from);
    for (let i = 0; i < block.to - block.from; i++)
      frames.set(block.from + i, block.sparse.slice(i * pixels, (i + 1) * pixels));
  }
  await run.close();
  return frames;
}

describe("the worker", () => {
  const simulation = createSimulation(createSimulationOptions(sample));
  let folder: string;
  let connection: Awaited<ReturnType<typeof connect>>;
  let stack: ClientStack;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "slnet-worker-"));
    connection = await connect();
    stack = await connection.client.openStack({ type: "simulated", options: sample });
  });
  after(async () => {
    connection.close();
    await rm(folder, { recursive: true });
  });

  const fileOf = async (name: string, bytes: Uint8Array): Promise<{ readonly type: "path"; readonly path: string }> => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return { type: "path", path };
  };

  it("reads frames of a simulated stack bit by bit", async () => {
    assert.deepEqual(await stack.readFrame(7), simulation.frame(7));
    await rejectsWith(stack.readFrame(60), "bad-input", /frame 60 does not exist, expected 0 to 59/);
  });

  it("trains to the same weights from the same seed, and to others from another", async () => {
    const [first, second, other] = [await trained(stack), await trained(stack), await trained(stack, { seed: 1 })];
    assert.deepEqual(first.model.weights, second.model.weights);
    assert.notDeepEqual(first.model.weights, other.model.weights);
    assert.equal(first.progress.done, first.progress.total);
    assert.equal(first.model.epoch, 6);
  });

  it("goes on from a model file to exactly where an unbroken run ends", async () => {
    const whole = await trained(stack, { keep: "last" });
    const half = await trained(stack, { keep: "last", maxEpochs: 3 });
    const rest = await trained(stack, { keep: "last", maxEpochs: 6 }, half.model);
    assert.deepEqual(rest.model.weights, whole.model.weights);
    assert.equal(rest.model.steps, whole.model.steps);
    await rejectsWith(trained(stack, { maxEpochs: 3 }, half.model), "bad-input", /has 3 epochs, maxEpochs is 3/);
    await rejectsWith(
      trained(stack, { temporalShifts: [0, 10] }, half.model),
      "bad-input",
      /3 frames per window.*has 2/,
    );
  });

  it("lowers the loss, says how much is kept, and lowers the validation loss", async () => {
    const losses: number[] = [];
    const validations: number[] = [];
    for await (const report of await stack.train({ ...quick, maxEpochs: 60, evalEvery: 5 })) {
      losses.push(...report.losses.map(({ loss }) => loss));
      validations.push(...report.validations.map(({ loss }) => loss));
      assert.ok(report.keptShare >= 0 && report.keptShare <= 1);
    }
    assert.ok((losses.at(-1) ?? 1) < 0.3 * (losses[0] ?? 0), `${losses[0]} to ${losses.at(-1)}`);
    assert.ok((validations.at(-1) ?? 1) < (validations[0] ?? 0));
  });

  it("trains with bias, noise, random shifts, every normalisation, one frame and five frames", async () => {
    for (const options of [
      { useBias: true },
      { addNoise: true },
      { useRandomShifts: true },
      ...[-1, 0, 1, 2, 3].map((normType) => ({ normType })),
      { temporalShifts: [0] },
      { temporalShifts: [0, 5, 10, 15, 20], rank: 2 },
      { imageSize: 20, offsetAdu: 100, shuffleDataset: false, validationSplit: 0 },
    ]) {
      const { model, losses } = await trained(stack, { ...options, maxEpochs: 2 });
      assert.ok(
        losses.every(({ loss }) => Number.isFinite(loss)),
        JSON.stringify(options),
      );
      assert.ok(model.weights.conv1.every(Number.isFinite), JSON.stringify(options));
    }
  });

  it("previews a frame with the weights so far while training goes on", async () => {
    const run = await stack.train({ ...quick, maxEpochs: 400 });
    let previews = 0;
    let before: Float32Array | null = null;
    for await (const report of run) {
      const preview = await run.preview(3);
      const expected = new Float32Array(preview.length);
      const map = separationMap(networkOf(report.model), report.model.normalisation);
      separate(
        map,
        [3, 13, 23].map((index) => simulation.frame(index)),
        0,
        expected,
        null,
      );
      assert.deepEqual(preview, expected);
      if (before) assert.notDeepEqual(preview, before);
      before = preview;
      if (++previews === 3) break;
    }
    assert.equal(previews, 3);
  });

  it("adapts the crop to small frames and the windows to short stacks, and says so", async () => {
    const run = await stack.train({ ...quick, trainFrames: "0:100" });
    assert.equal(run.plan.cropSize, 33);
    assert.match(run.plan.notices.join("; "), /40 of 60 windows.*crop side is 33 instead of 128.*40×33/);
    await run.close();
  });

  it("refuses stacks that are shorter than the shifts need, and options out of range", async () => {
    await rejectsWith(trained(stack, { temporalShifts: [0, 49, 99] }), "bad-input", /60 frames.*at least 100/);
    await rejectsWith(
      trained(stack, { batchSize: 0 }),
      "bad-input",
      /batchSize is 0, expected a whole number from 1 to 256/,
    );
    await rejectsWith(
      trained(stack, { trainFrames: "55:58" }),
      "bad-input",
      /no frame that has a whole window.*0 to 39/,
    );
  });

  it("cleans as the oracle does: every frame, in order, by the channel in which it sits", async () => {
    const { model } = await trained(stack);
    const frames = await cleaned(stack, { type: "slnet", model });
    assert.deepEqual(
      [...frames.keys()],
      Array.from({ length: 60 }, (_, index) => index),
    );
    const map = separationMap(networkOf(model), model.normalisation);
    for (const [frame, start, channel] of [
      [0, 0, 0],
      [39, 39, 0],
      [40, 30, 1],
      [59, 39, 2],
    ] as const) {
      const expected = new Float32Array(sample.width * sample.height);
      separate(
        map,
        shifts.map((shift) => simulation.frame(start + shift)),
        channel,
        expected,
        null,
      );
      assert.deepEqual(frames.get(frame), expected, `frame ${frame}`);
    }
    const dropped = await cleaned(stack, { type: "slnet", model }, { tail: "drop" });
    assert.equal(dropped.size, 40);
    assert.deepEqual(dropped.get(39), frames.get(39));
  });

  it("gives a frame again after the last block, and low-rank plus sparse is the frame where it is above the background", async () => {
    const { model } = await trained(stack);
    const run = await stack.clean({ type: "slnet", model }, { ...wholeStack, lowRank: true });
    const blocks = [];
    for await (const block of run) blocks.push(block);
    const again = await run.frame(59);
    const last = blocks.at(-1);
    assert.ok(last?.lowRank && again.lowRank);
    const pixels = sample.width * sample.height;
    assert.deepEqual(again.sparse, last.sparse.slice(-pixels));
    const raw = simulation.frame(59);
    for (let i = 0; i < pixels; i++) {
      const sum = (again.sparse[i] ?? 0) + (again.lowRank[i] ?? 0);
      assert.ok(Math.abs(Math.max(raw[i] ?? 0, again.lowRank[i] ?? 0) - sum) < 1e-3);
    }
    await rejectsWith(run.frame(60), "bad-input", /frame 60 is not cleaned/);
    await run.close();
    await rejectsWith(run.frame(3), "bad-input", /no open cleaning job/);
  });

  it("subtracts the temporal median of the whole stack", async () => {
    const frames = await cleaned(stack, { type: "median", windowFrames: 0 });
    const values = Array.from({ length: 60 }, (_, index) => simulation.frame(index)[100] ?? 0);
    const median = [...values].sort((a, b) => a - b)[29] ?? 0;
    assert.deepEqual(
      values.map((value) => Math.max(0, value - median)),
      [...frames.values()].map((frame) => frame[100]),
    );
  });

  it("subtracts the temporal median of the frames around each frame", async () => {
    const frames = await cleaned(stack, { type: "median", windowFrames: 12 });
    const values = Array.from({ length: 60 }, (_, index) => simulation.frame(index)[100] ?? 0);
    const backgrounds = values.map((_, frame) => {
      const start = Math.min(Math.max(0, frame - 6), 48);
      return values.slice(start, start + 12).sort((a, b) => a - b)[5] ?? NaN;
    });
    assert.deepEqual(
      values.map((value, frame) => Math.max(0, value - (backgrounds[frame] ?? NaN))),
      [...frames.values()].map((frame) => frame[100]),
    );
    await rejectsWith(
      cleaned(stack, { type: "median", windowFrames: 2 }),
      "bad-input",
      /is 2 frames, expected 3 to 2001/,
    );
  });

  it("gives any frame again, with its running median, while the others are cleaned", async () => {
    const run = await stack.clean({ type: "median", windowFrames: 5 }, { ...wholeStack, lowRank: true });
    const medianOf = (frame: number, pixel: number): number => {
      const start = Math.min(Math.max(0, frame - 2), 55);
      const window = Array.from({ length: 5 }, (_, index) => simulation.frame(start + index)[pixel] ?? NaN);
      return window.sort((a, b) => a - b)[2] ?? NaN;
    };
    for await (const block of run) {
      for (const frame of [59, 0, block.from, 31]) {
        const { lowRank } = await run.frame(frame);
        for (const pixel of [0, 77]) assert.equal(lowRank?.[pixel], medianOf(frame, pixel), `frame ${frame}`);
      }
      const pixels = sample.width * sample.height;
      for (let frame = block.from; frame < block.to; frame++) {
        assert.equal(block.lowRank?.[(frame - block.from) * pixels + 5], medianOf(frame, 5), `frame ${frame} in order`);
      }
    }
    await run.close();
  });

  it("subtracts the background that the temporal minimum of the frames around each frame tells of", async () => {
    const camera = { offsetAdu: 100, aduPerElectron: 2.17, readNoiseElectrons: 1.6, excessNoise: 1 };
    const method = { type: "minimum", options: { windowFrames: 12, camera } } as const;
    const frames = await cleaned(stack, method);
    const correction = createMinimumCorrection(12, camera);
    for (const frame of [0, 5, 6, 7, 31, 59]) {
      const start = Math.min(Math.max(0, frame - 6), 48);
      const window = Array.from({ length: 12 }, (_, index) => simulation.frame(start + index));
      const background = minimumBackground(window, correction);
      const raw = simulation.frame(frame);
      assert.deepEqual(
        frames.get(frame),
        background.map((value, i) => Math.max(0, (raw[i] ?? NaN) - value)),
        `frame ${frame}`,
      );
    }
    // The simulated stack says its offset and gain; one of bare frames does not.
    assert.equal(
      (await cleaned(stack, { type: "minimum", options: { windowFrames: 12, camera: cameraOfStack } })).size,
      60,
    );
    const shape = { frames: 60, height: 33, width: 40, type: "uint16" } as const;
    const bareFrames = { read: (index: number) => Promise.resolve(simulation.frame(index)) };
    const bare = await connection.client.openStack({ type: "frames", name: "bare", shape, frames: bareFrames });
    const unknown = { type: "minimum", options: { windowFrames: 12, camera: cameraOfStack } } as const;
    await rejectsWith(cleaned(bare, unknown), "bad-input", /bare does not say the offset and gain of its camera/);
    await bare.close();
  });

  it("subtracts what a ball reaches that rolls under each frame", async () => {
    for (const radius of [6, 25]) {
      const run = await stack.clean({ type: "rolling-ball", radius }, { ...wholeStack, lowRank: true });
      let count = 0;
      for await (const { from, to, sparse, lowRank } of run) {
        for (let frame = from; frame < to; frame++, count++) {
          const raw = simulation.frame(frame);
          const background = rollingBallBackground(raw, sample.height, sample.width, radius);
          const [start, end] = [(frame - from) * raw.length, (frame - from + 1) * raw.length];
          assert.deepEqual(lowRank?.slice(start, end), background, `frame ${frame}`);
          const above = background.map((value, i) => Math.max(0, (raw[i] ?? NaN) - value));
          assert.deepEqual(sparse.slice(start, end), above, `frame ${frame}`);
        }
      }
      assert.equal(count, 60);
      await run.close();
    }
    await rejectsWith(
      cleaned(stack, { type: "rolling-ball", radius: 0 }),
      "bad-input",
      /radius of the rolling ball is 0 pixels, expected 1 to 500/,
    );
  });

  it("stops in the middle of a large frame under which a ball rolls", async () => {
    const shape = { frames: 2, height: 1500, width: 1500, type: "uint16" } as const;
    const frames = { read: () => Promise.resolve(new Uint16Array(1500 * 1500)) };
    const large = await connection.client.openStack({ type: "frames", name: "large", shape, frames });
    const abort = new AbortController();
    const run = await large.clean(
      { type: "rolling-ball", radius: 10 },
      { ...wholeStack, to: 2 },
      { signal: abort.signal },
    );
    let stopped = NaN;
    setTimeout(() => {
      stopped = performance.now();
      abort.abort(new Error("enough"));
    }, 150);
    await assert.rejects(async () => {
      for await (const _ of run);
    }, /enough/);
    assert.ok(performance.now() - stopped < 500);
    await large.close();
  });

  it("decomposes groups of frames by RPCA", async () => {
    const options = { groupFrames: 20, sparsityWeight: null, penalty: null, iterations: 30 };
    const frames = await cleaned(stack, { type: "rpca", options });
    assert.equal(frames.size, 60);
    const raw = simulation.frame(12).reduce((sum, value) => sum + value, 0);
    const kept = frames.get(12)?.reduce((sum, value) => sum + value, 0) ?? 0;
    assert.ok(kept > 0 && kept < 0.5 * raw, `${kept} of ${raw}`);
    await rejectsWith(
      cleaned(stack, { type: "rpca", options: { ...options, groupFrames: 1 } }),
      "bad-input",
      /from 2 to 64/,
    );
  });

  it("stops at once on an abort and keeps working", async () => {
    const abort = new AbortController();
    const reports: TrainingReport[] = [];
    const started = performance.now();
    await assert.rejects(async () => {
      for await (const report of await stack.train({ ...quick, maxEpochs: 100_000 }, { signal: abort.signal })) {
        reports.push(report);
        setTimeout(() => abort.abort(new Error("enough")), 20);
      }
    }, /enough/);
    assert.ok(performance.now() - started < 1000);
    assert.ok((reports.at(-1)?.model.steps ?? 0) > 0);
    assert.ok((await trained(stack)).model.epoch === 6);
  });

  it("refuses a model whose parts do not fit together", async () => {
    const { model } = await trained(stack);
    const wrong = { ...model, weights: { ...model.weights, conv1: [1, 2, 3] } };
    await rejectsWith(cleaned(stack, { type: "slnet", model: wrong }), "bad-input", /conv1 has 3 numbers, expected 18/);
    await rejectsWith(cleaned(stack, { type: "slnet", model: {} as ModelFile }), "bad-input", /not an SLNet model/);
  });

  const tiffOf = async (count: number): Promise<Uint8Array> => {
    const sink = createMemorySink();
    const writer = createTiffWriter(sink, { ...sample, type: "uint16", frames: count });
    for (let index = 0; index < count; index++) await writer.write(simulation.frame(index));
    await writer.finish();
    return sink.bytes();
  };
  const sparsePart = (path: string, part: Partial<SavedPart> = {}): SavedPart => ({
    part: "sparse",
    target: { type: "path", path },
    type: "uint16",
    offsetAdu: 0,
    ...part,
  });

  it("saves sparse and background in one go, rounded and with the offset, and counts what is clipped", async () => {
    const file = await connection.client.openStack(await fileOf("sixty.tif", await tiffOf(60)));
    const { model } = await trained(file);
    const frames = await cleaned(file, { type: "slnet", model });
    const sparsePath = join(folder, "sparse.tif");
    const backgroundPath = join(folder, "background.tif");
    const run = await file.save({ type: "slnet", model }, wholeStack, [
      sparsePart(sparsePath, { offsetAdu: 65500 }),
      sparsePart(backgroundPath, { part: "low-rank", type: "float32" }),
    ]);
    let clipped = 0;
    for await (const report of run) clipped = report.clipped;
    const sparse = await connection.client.openStack({ type: "path", path: sparsePath });
    const background = await connection.client.openStack({ type: "path", path: backgroundPath });
    assert.deepEqual(sparse.description.shape, { frames: 60, height: 33, width: 40, type: "uint16" });
    assert.equal(background.description.shape.type, "float32");
    let expectedClipped = 0;
    for (const frame of [0, 41, 59]) {
      const found = await sparse.readFrame(frame);
      frames
        .get(frame)
        ?.forEach((value, index) => assert.ok(Math.abs(Math.min(65535, value + 65500) - (found[index] ?? 0)) <= 0.5));
    }
    for (const frame of frames.values()) expectedClipped += frame.filter((value) => value + 65500 > 65535.5).length;
    assert.equal(clipped, expectedClipped);
    assert.ok(clipped > 0);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.endsWith(".part")),
      [],
    );
  });

  it("leaves a whole, shorter file where a saving is finished early, and an old file where nothing was written", async () => {
    const { model } = await trained(stack);
    const path = join(folder, "early.tif");
    const long = await connection.client.openStack({ type: "simulated", options: { ...sample, frames: 20_000 } });
    const run = await long.save({ type: "slnet", model }, { ...wholeStack, to: 20_000 }, [sparsePart(path)]);
    let done = 0;
    for await (const report of run) {
      done = report.progress.done;
      break;
    }
    await run.finish();
    const early = await connection.client.openStack({ type: "path", path });
    assert.ok(done >= 1 && early.description.shape.frames >= done && early.description.shape.frames < 20_000);
    const size = (await stat(path)).size;
    const nothing = await long.save({ type: "slnet", model }, wholeStack, [sparsePart(path)]);
    await nothing.close();
    assert.equal((await stat(path)).size, size);
  });

  it("keeps the frames before a fault in the input, and names it", async () => {
    const bytes = await tiffOf(60);
    const input = await fileOf("shrinking.tif", bytes);
    const file = await connection.client.openStack(input);
    const { model } = await trained(file);
    await truncate(input.path, bytes.length - 5 * 2 * 40 * 33);
    const path = join(folder, "cut.tif");
    const saving = async (): Promise<void> => {
      for await (const _ of await file.save({ type: "slnet", model }, wholeStack, [sparsePart(path)]));
    };
    await rejectsWith(
      saving(),
      "bad-input",
      /changed while it was read: frame \d+.*the (\d+) frames before frame \1 are saved/,
    );
    const { description } = await connection.client.openStack({ type: "path", path });
    // Frames from 35 on look 20 frames ahead, at one that is gone.
    assert.ok(description.shape.frames >= 1 && description.shape.frames <= 35, `${description.shape.frames} frames`);
  });

  it("refuses files that are no stacks, each with a sentence", async () => {
    const whole = await tiffOf(3);
    const open = async (name: string, bytes: Uint8Array): Promise<unknown> =>
      connection.client.openStack(await fileOf(name, bytes));
    await rejectsWith(
      open("text.tif", new TextEncoder().encode("hello, world")),
      "bad-input",
      /text\.tif is not a stack/,
    );
    await rejectsWith(open("empty.tif", new Uint8Array(0)), "bad-input", /empty\.tif is empty/);
    await rejectsWith(open("cut.tif", whole.subarray(0, whole.length - 100)), "bad-input", /ends at/);
    await rejectsWith(
      connection.client.openStack({ type: "path", path: join(folder, "nothing.tif") }),
      "bad-input",
      /cannot be opened/,
    );
    await rejectsWith(
      connection.client.openStack({ type: "path", path: folder }),
      "bad-input",
      /holds \d+ TIFF files .* open one of them/,
    );
    const empty = join(folder, "empty");
    await mkdir(empty);
    await rejectsWith(
      connection.client.openStack({ type: "path", path: empty }),
      "bad-input",
      /empty is a folder and holds neither TIFF files nor OME-Zarr/,
    );
  });

  it("opens a folder of single images, and the file beside another one that its OME-XML names", async () => {
    const images = join(folder, "images");
    await mkdir(images);
    const write = async (name: string, frame: number, text: string): Promise<void> => {
      const pixels = [...simulation.frame(frame)].map(Math.round);
      const tags = { 270: { type: "ascii", values: text } } as const;
      const bytes = buildTiff({ littleEndian: true, pages: [{ width: 40, height: 33, pixels, tags }] });
      await writeFile(join(images, name), bytes);
    };
    for (const [name, frame] of [
      ["img10.tif", 2],
      ["img1.tif", 0],
      ["img9.tif", 1],
    ] as const)
      await write(name, frame, "");
    const stack = await connection.client.openStack({ type: "path", path: images });
    assert.deepEqual(stack.description.shape, { frames: 3, height: 33, width: 40, type: "uint16" });
    for (const frame of [2, 0, 1]) {
      assert.deepEqual([...(await stack.readFrame(frame))], [...simulation.frame(frame)].map(Math.round));
    }
    await stack.close();

    const plane = (name: string, time: number): string =>
      `<TiffData FirstT="${time}" IFD="0"><UUID FileName="${name}">urn:uuid:${name}</UUID></TiffData>`;
    const text =
      '<?xml version="1.0"?><OME><Image ID="Image:0"><Pixels DimensionOrder="XYZCT" SizeC="1" SizeZ="1" SizeT="2" ' +
      `PhysicalSizeX="0.1">${plane("first.ome.tif", 1)}${plane("second.ome.tif", 0)}</Pixels></Image></OME>`;
    await write("first.ome.tif", 5, text);
    await write("second.ome.tif", 6, text);
    const set = await connection.client.openStack({ type: "path", path: join(images, "first.ome.tif") });
    assert.equal(set.description.shape.frames, 2);
    assert.equal(set.description.pixelSizeNm, 100);
    assert.deepEqual([...(await set.readFrame(0))], [...simulation.frame(6)].map(Math.round));
    assert.deepEqual([...(await set.readFrame(1))], [...simulation.frame(5)].map(Math.round));
    await set.close();
  });

  it("refuses NaN pixels where they are, and not before", async () => {
    const sink = createMemorySink();
    const writer = createTiffWriter(sink, { height: 4, width: 5, type: "float32", frames: 2 });
    const samples = new Float32Array(40).fill(1);
    samples[33] = NaN;
    await writer.write(samples);
    await writer.finish();
    const file = await connection.client.openStack(await fileOf("nan.tif", sink.bytes()));
    assert.equal((await file.readFrame(0)).length, 20);
    await rejectsWith(file.readFrame(1), "bad-input", /frame 1 holds NaN at row 2, column 3/);
  });

  it("gives the statistics of a frame as it is stored, exact where its pixels are read rounded", async () => {
    const values = [-16_777_217, 5, 16_777_217, 2_147_483_647, 0, 9];
    const bytes = encodeStored(values, "int32", false);
    const tags = { 258: { type: "short", values: [32] }, 339: { type: "short", values: [2] } } as const;
    const page = { width: 3, height: 2, pixels: [], segments: [bytes], tags };
    const path = await fileOf("whole.tif", buildTiff({ littleEndian: false, pages: [page, page] }));
    const file = await connection.client.openStack(path);
    assert.equal(file.description.storedType, "int32");
    assert.deepEqual([...(await file.readFrame(1))], values.map(Math.fround));
    const sum = values.reduce((total, value) => total + value, 0);
    assert.deepEqual(await file.frameStatistics(1), { sum, min: -16_777_217, max: 2_147_483_647 });
    await rejectsWith(file.frameStatistics(2), "bad-input", /frame 2 does not exist, expected 0 to 1/);
    const pixels = [...simulation.frame(7)];
    assert.deepEqual(await stack.frameStatistics(7), {
      sum: pixels.reduce((total, value) => total + value, 0),
      min: Math.min(...pixels),
      max: Math.max(...pixels),
    });
    await file.close();
  });

  it("reads the colour that was chosen, and says what there is to choose where none was", async () => {
    const jpeg = encodeJpeg(8, 8, [[10, 100, 250]]).whole;
    const tags = Object.fromEntries(
      Object.entries({ 258: [8, 8, 8], 259: [7], 262: [2], 277: [3] }).map(([tag, values]) => [
        tag,
        { type: "short", values } as const,
      ]),
    );
    const page = { width: 8, height: 8, pixels: [], segments: [jpeg], tags };
    const path = await fileOf("colours.tif", buildTiff({ littleEndian: true, pages: [page] }));
    const green = await connection.client.openStack(path, { selection: { channel: 1 } });
    assert.deepEqual(await green.readFrame(0), new Uint8Array(64).fill(100));
    await green.close();
    await rejectsWith(connection.client.openStack(path), "choice-needed", /red, green, blue/);
  });

  const volume = Uint16Array.from({ length: 6 * 5 * 4 }, (_, index) => 7 * index);
  const joined = (header: Uint8Array, pixels: SampleArray = volume): Uint8Array =>
    Buffer.concat([header, new Uint8Array(pixels.buffer)]);
  const mrcHeader = (): Uint8Array => {
    const header = new DataView(new ArrayBuffer(1024));
    [6, 5, 4, 6].forEach((value, index) => header.setInt32(4 * index, value, true));
    [6, 5, 4].forEach((value, index) => header.setInt32(28 + 4 * index, value, true));
    [6, 5, 4, 90, 90, 90].forEach((value, index) => header.setFloat32(40 + 4 * index, value, true));
    [1, 2, 3].forEach((value, index) => header.setInt32(64 + 4 * index, value, true));
    const bytes = new Uint8Array(header.buffer);
    bytes.set(new TextEncoder().encode("MAP DD"), 208);
    return bytes;
  };
  const text = (lines: readonly string[]): Uint8Array => new TextEncoder().encode(lines.join("\n") + "\n");
  for (const [name, header] of [
    [
      "volume.mha",
      text([
        "ObjectType = Image",
        "NDims = 3",
        "BinaryData = True",
        "BinaryDataByteOrderMSB = False",
        "DimSize = 6 5 4",
        "ElementType = MET_USHORT",
        "ElementDataFile = LOCAL",
      ]),
    ],
    [
      "volume.nrrd",
      text(["NRRD0004", "type: unsigned short", "dimension: 3", "sizes: 6 5 4", "encoding: raw", "endian: little", ""]),
    ],
    ["volume.mrc", mrcHeader()],
  ] as const) {
    it(`reads ${name}`, async () => {
      const file = await connection.client.openStack(await fileOf(name, joined(header)));
      assert.deepEqual(file.description.shape, { frames: 4, height: 5, width: 6, type: "uint16" });
      assert.deepEqual(await file.readFrame(2), volume.slice(60, 90));
      await rejectsWith(
        connection.client.openStack(await fileOf(`cut-${name}`, joined(header).subarray(0, header.length + 20))),
        "bad-input",
        /could not be read|holds/,
      );
    });
  }

  it("evaluates a model with the shifts it was trained with", async () => {
    const { model } = await trained(stack);
    let figures = null;
    for await (const report of await stack.evaluate(model, { engine: "js" })) figures = report.figures;
    assert.ok(figures);
    assert.equal(figures.windows, 40);
    assert.ok(figures.loss > 0 && figures.publishedLoss < figures.loss);
  });

  it("cleans the frames that another side holds", async () => {
    const { model } = await trained(stack);
    const shape = { ...stack.description.shape };
    const remote = await connection.client.openStack({
      type: "frames",
      name: "layer",
      shape,
      frames: { read: (index) => Promise.resolve(simulation.frame(index)) },
    });
    assert.deepEqual(
      (await cleaned(remote, { type: "slnet", model })).get(11),
      (await cleaned(stack, { type: "slnet", model })).get(11),
    );
    const wrong = await connection.client.openStack({
      type: "frames",
      name: "layer",
      shape,
      frames: { read: () => Promise.resolve(new Uint16Array(3)) },
    });
    await rejectsWith(wrong.readFrame(0), "bad-input", /frame 0 has 3 uint16 pixels, expected 1320/);
    await remote.close();
    await wrong.close();
  });

  it("writes a simulation with its truth", async () => {
    const target = { type: "path", path: join(folder, "made.tif") } as const;
    for await (const _ of await connection.client.simulate({ ...sample, frames: 9 }, target, join(folder, "truth")));
    const made = await connection.client.openStack(target);
    assert.deepEqual(
      await made.readFrame(8),
      createSimulation(createSimulationOptions({ ...sample, frames: 9 })).frame(8),
    );
    const rows = (await readFile(join(folder, "truth", "emitters.csv"), "utf8")).trim().split("\n");
    assert.match(rows[0] ?? "", /^frame,id,x \[px\],y \[px\],intensity \[photon\],sigma \[px\]$/);
    assert.ok(rows.length > 5);
    const background = await connection.client.openStack({
      type: "path",
      path: join(folder, "truth", "background.tif"),
    });
    assert.deepEqual(background.description.shape, { frames: 9, height: 33, width: 40, type: "float32" });
    const signal = await connection.client.openStack({ type: "path", path: join(folder, "truth", "signal.tif") });
    for (const [file, offset] of [
      [made, 100],
      [background, 100],
      [signal, 0],
    ] as const) {
      const { pixelSizeNm, frameIntervalSeconds, exposureSeconds, cameraOffsetAdu, aduPerElectron } = file.description;
      assert.deepEqual(
        { pixelSizeNm, frameIntervalSeconds, exposureSeconds, cameraOffsetAdu, aduPerElectron },
        {
          pixelSizeNm: 108,
          frameIntervalSeconds: 0.03,
          exposureSeconds: null,
          cameraOffsetAdu: offset,
          aduPerElectron: 2.17,
        },
      );
    }
  });

  it("rejects what is under way and all that follows once the worker is gone", async () => {
    const other = await connect();
    const opened = await other.client.openStack({ type: "simulated", options: sample });
    const run = await opened.train({ ...quick, maxEpochs: 100_000 });
    const lost = (async () => {
      for await (const _ of run) other.close();
    })();
    await rejectsWith(lost, "worker-lost", /disposed/);
    await rejectsWith(opened.readFrame(0), "worker-lost", /disposed/);
  });
});

describe("localizing in the worker", () => {
  const scene = { width: 64, height: 48, frames: 90, seed: 9, emittersPerFrame: 3 };
  const simulation = createSimulation(createSimulationOptions(scene));
  const options: LocalizationOptions = { from: 0, to: 90, tail: "shift", engine: "js", localizer: { fit: "mle" } };
  let connection: Awaited<ReturnType<typeof connect>>;
  let stack: ClientStack;

  before(async () => {
    connection = await connect();
    stack = await connection.client.openStack({ type: "simulated", options: scene });
  });
  after(() => connection.close());

  interface Localized {
    readonly plan: LocalizationPlan;
    readonly blocks: readonly LocalizationBlock[];
  }

  const localized = async (
    method: CleaningMethod | null,
    changes: Partial<LocalizationOptions> = {},
    opened = stack,
  ): Promise<Localized> => {
    const run = await opened.localize(method, { ...options, ...changes });
    const blocks: LocalizationBlock[] = [];
    for await (const block of run) blocks.push(block);
    return { plan: run.plan, blocks };
  };

  /** What the localizer of one thread finds in the same frames. */
  const expected = (plan: LocalizationPlan, background: (frame: number) => Float32Array | null): Localizations => {
    const localizer = createFrameLocalizer(scene.height, scene.width, plan.localizer);
    const list = createLocalizationList();
    for (let frame = plan.from; frame < plan.to; frame++) {
      localizer.localize(frame, simulation.frame(frame), background(frame), list);
    }
    return list.take();
  };

  const joined = (blocks: readonly LocalizationBlock[], column: keyof Localizations): number[] =>
    blocks.flatMap((block) => [...block.localizations[column]]);

  const requireSame = (blocks: readonly LocalizationBlock[], table: Localizations): void => {
    for (const column of Object.keys(table) as (keyof Localizations)[]) {
      assert.deepEqual(joined(blocks, column), [...table[column]], column);
    }
  };

  it("without a method gives what the raw frames hold, with the camera of the stack, block after block", async () => {
    const { plan, blocks } = await localized(null);
    assert.deepEqual([plan.localizer.camera.offsetAdu, plan.localizer.camera.aduPerElectron], [100, 2.17]);
    assert.deepEqual([plan.engine, plan.notices], [null, []]);
    requireSame(
      blocks,
      expected(plan, () => null),
    );
    assert.ok(blocks.length > 1 && joined(blocks, "frames").length > 150);
    blocks.forEach((block, i) => assert.equal(block.from, i === 0 ? 0 : blocks[i - 1]?.to));
    const last = blocks.at(-1);
    assert.deepEqual([last?.to, last?.progress.done, last?.progress.total], [90, 90, 90]);
    for (const { localizations, counts } of blocks) {
      assert.equal(localizations.frames.length, counts.localized);
      const { detected, nearEdge, notConverged, implausible } = counts;
      assert.equal(detected, nearEdge + notConverged + implausible + counts.localized);
    }
  });

  it("with a method fits the raw frames with its background", async () => {
    const model = (await trained(stack)).model;
    for (const method of [
      { type: "median", windowFrames: 21 },
      { type: "median", windowFrames: 0 },
      { type: "slnet", model },
    ] as const) {
      const lowRank = new Map<number, Float32Array>();
      const cleaning = { from: 5, to: 70, lowRank: true, tail: "shift", engine: "js" } as const;
      for await (const block of await stack.clean(method, cleaning)) {
        const pixels = scene.width * scene.height;
        for (let frame = block.from; frame < block.to; frame++) {
          const start = (frame - block.from) * pixels;
          lowRank.set(frame, block.lowRank!.slice(start, start + pixels));
        }
      }
      for (const fit of ["mle", "phasor"] as const) {
        const { plan, blocks } = await localized(method, { from: 5, to: 70, localizer: { fit } });
        requireSame(
          blocks,
          expected(plan, (frame) => lowRank.get(frame)!),
        );
        assert.ok(joined(blocks, "frames").every((frame) => frame >= 5 && frame < 70));
        assert.equal(
          plan.notices.some((notice) => notice.includes("part of each molecule")),
          method.type === "slnet",
        );
      }
    }
  });

  it("draws what it finds and says its figures with the last block, where that is asked for", async () => {
    const picture = { magnification: 3, pixelSizeNm: 108 };
    const { plan, blocks } = await localized(null, { picture });
    const table = expected(plan, () => null);
    const rendering = createRendering({ ...scene, magnification: 3, kind: "gaussian" });
    rendering.add(table);
    assert.ok(blocks.length > 1 && blocks.slice(0, -1).every((block) => block.picture === null));
    const drawn = blocks.at(-1)!.picture!;
    assert.deepEqual([drawn.height, drawn.width], [144, 192]);
    assert.deepEqual([...drawn.image], [...rendering.image]);
    const middle = (values: readonly number[]): number => {
      const sorted = [...values].sort((a, b) => a - b);
      return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
    };
    assert.equal(drawn.figures.medianPhotons, middle([...table.photons]));
    const claimed = middle([...table.uncertaintyPixels]) * 108;
    assert.ok(Math.abs(drawn.figures.medianUncertaintyNm! - claimed) < 1e-9 * claimed);
    const toNm = (values: Float64Array): Float64Array => values.map((value) => value * 108);
    const precision = nearestNeighbourPrecision({
      frame: table.frames,
      xNm: toNm(table.xPixels),
      yNm: toNm(table.yPixels),
      photons: table.photons,
    });
    assert.equal(drawn.figures.precisionNm, precision);
    assert.ok((await localized(null)).blocks.every((block) => block.picture === null));
    await rejectsWith(
      localized(null, { picture: { ...picture, magnification: 0 } }),
      "bad-input",
      /magnification is 0/,
    );
    await rejectsWith(localized(null, { picture: { ...picture, pixelSizeNm: 0 } }), "bad-input", /pixel size is 0 nm/);
  });

  it("says that the camera is not known, and leaves out frames without a window where asked to", async () => {
    const shape = { frames: 90, height: 48, width: 64, type: "uint16" } as const;
    const frames = { read: (index: number) => Promise.resolve(simulation.frame(index)) };
    const bare = await connection.client.openStack({ type: "frames", name: "bare", shape, frames });
    const model = (await trained(stack)).model;
    const { plan, blocks } = await localized({ type: "slnet", model }, { tail: "drop" }, bare);
    assert.equal(plan.to, 70);
    assert.equal(blocks.at(-1)?.to, 70);
    for (const pattern of [
      /gain of the camera is not known/,
      /offset of the camera/,
      /frames 70 to 89 have no whole/,
    ]) {
      assert.ok(plan.notices.some((notice) => pattern.test(notice)));
    }
    await bare.close();
  });

  it("refuses what cannot be, and stops at an abort", async () => {
    await rejectsWith(
      localized(null, { from: 90 }),
      "bad-input",
      /frames 90:90 were asked for, expected a part of 0:90/,
    );
    await rejectsWith(localized(null, { localizer: { psfSigmaPixels: 0 } }), "bad-input", /psfSigmaPixels is 0/);
    await rejectsWith(localized({ type: "median", windowFrames: 1 }), "bad-input", /window of the median is 1/);
    const reason = new Error("enough");
    const controller = new AbortController();
    const run = await stack.localize(null, options, { signal: controller.signal });
    const stopped = (async () => {
      for await (const _ of run) controller.abort(reason);
    })();
    await assert.rejects(stopped, (error) => error === reason);
    // The worker goes on with the next job.
    assert.equal((await localized(null, { to: 3 })).blocks.at(-1)?.to, 3);
  });

  it("gives the localizations of the frames before one that cannot be read", async () => {
    const shape = { frames: 90, height: 48, width: 64, type: "uint16" } as const;
    const frames = {
      read: (index: number) =>
        index === 40 ? Promise.reject(new Error("frame 40 is gone")) : Promise.resolve(simulation.frame(index)),
    };
    const broken = await connection.client.openStack({ type: "frames", name: "broken", shape, frames });
    const run = await broken.localize(null, options);
    let end = 0;
    const work = (async () => {
      for await (const block of run) end = block.to;
    })();
    await assert.rejects(work, /frame 40 is gone/);
    assert.equal(end, 40);
    await broken.close();
  });
});
