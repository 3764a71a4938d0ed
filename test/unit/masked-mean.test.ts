import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { isSlnetError } from "../../src/core/errors.js";
import {
  createSamples,
  framePixels,
  type SampleArray,
  type SampleType,
  type StackReader,
} from "../../src/core/frames.js";
import { gaussianWeights } from "../../src/core/gaussian-blur.js";
import {
  maskedAround,
  maskedBackground,
  maskedMean,
  maskMolecules,
  nearFramesOf,
  nearRange,
} from "../../src/core/masked-mean.js";
import { networkOf, type ModelFile } from "../../src/core/model.js";
import { correctByNear, sumTiles, tileGridOf } from "../../src/core/near-correction.js";
import { createRandom } from "../../src/core/random.js";
import { medianWindowStart } from "../../src/core/running-median.js";
import { separate, separationMap } from "../../src/core/separation.js";
import { createSimulation, createSimulationOptions } from "../../src/core/simulation.js";
import { windowOf } from "../../src/core/windows.js";
import type { OutputPlans } from "../../src/worker/engines/engine.js";
import { createPlainSums } from "../../src/worker/methods/masked-mean-plain.js";
import { planMaskedMean } from "../../src/worker/methods/masked-mean-plan.js";
import { connect, rejectsWith } from "./in-process-worker.js";
import { memoryStack } from "./memory-stack.js";

// As they are bundled for Node: the compiled kernels come from the bundler.
const bundle = (name: string): string => new URL(`../../../build/bundles/node/${name}.js`, import.meta.url).href;
const { loadKernels } = (await import(bundle("kernels"))) as typeof import("../../src/worker/engines/kernels.js");
const { EngineRoom } = (await import(bundle("engines"))) as typeof import("../../src/worker/engines/start-engine.js");
const { createKernelSums } = (await import(
  bundle("masked-mean-kernel")
)) as typeof import("../../src/worker/methods/masked-mean-kernel.js");
const { openMaskedMeanMethod } = (await import(
  bundle("masked-mean")
)) as typeof import("../../src/worker/methods/masked-mean-method.js");
const kernels = await loadKernels();

const never = new AbortController().signal;
const float = { type: "float32", offsetAdu: 0 } as const;
const floats: OutputPlans = { sparse: float, lowRank: float };
const random = createRandom(11, "masked mean");
const sample = { width: 44, height: 35, frames: 70, seed: 5, emittersPerFrame: 3 };

const at = <T>(values: ArrayLike<T>, index: number): T => {
  const value = values[index];
  assert.ok(value !== undefined);
  return value;
};

describe("the mask of a frame", () => {
  it("is the square around the pixels of one spot that stand out of the blurred frame", () => {
    const [width, height, x, y] = [31, 23, 12, 9];
    const sparse = new Float32Array(width * height);
    sparse[y * width + x] = 1000;
    // The blurred spot is 1000 · w(dx) · w(dy), and Σ w = 1.
    const weights = gaussianWeights(1);
    const squares = weights.reduce((sum, weight) => sum + weight ** 2, 0) ** 2;
    const mean = 1 / sparse.length;
    const limit = mean + 3 * Math.sqrt(squares / sparse.length - mean ** 2);
    const weightAt = (distance: number): number => weights[distance + 3] ?? 0;
    const expected = new Uint8Array(sparse.length);
    for (let i = 0; i < sparse.length; i++) {
      const [dx, dy] = [(i % width) - x, Math.floor(i / width) - y];
      for (let v = -2; v <= 2; v++) {
        for (let u = -2; u <= 2; u++) if (weightAt(dx + u) * weightAt(dy + v) > limit) expected[i] = 1;
      }
    }
    const count = expected.reduce((sum, value) => sum + value, 0);
    assert.ok(count > 25 && count < 100, `${count} pixels`);
    assert.deepEqual(maskMolecules(sparse, width, height), expected);
  });

  it("is empty where S is the same everywhere, at any brightness", () => {
    for (const value of [0, 0.1, 1 / 3, 1e-30, 65_535, 1e30]) {
      const mask = maskMolecules(new Float32Array(19 * 7).fill(value), 19, 7);
      assert.ok(!mask.includes(1), `S of ${value}`);
    }
  });

  it("ends at the edges of the frame and does not go on in the next row", () => {
    const [width, height] = [40, 30];
    const sparse = new Float32Array(width * height);
    sparse[12 * width + width - 1] = 500;
    const mask = maskMolecules(sparse, width, height);
    assert.equal(mask[12 * width + width - 1], 1);
    for (let row = 0; row < height; row++) assert.equal(mask[row * width], 0);
  });
});

describe("the mean of the unmasked frames", () => {
  const frames = Array.from({ length: 8 }, (_, frame) => Uint16Array.of(100, 100 + frame, 100 + frame));
  const masks = frames.map(() => new Uint8Array(3));

  it("leaves out the masked frames where more than five are not", () => {
    for (const frame of [1, 7]) at(masks, frame)[1] = 1;
    // (0 + 2 + 3 + 4 + 5 + 6) / 6
    assert.equal(maskedMean(frames, masks)[1], 100 + 20 / 6);
  });

  it("takes all of them where five or fewer are unmasked", () => {
    for (const frame of [1, 6, 7]) at(masks, frame)[2] = 1;
    assert.deepEqual([...maskedMean(frames, masks)], [100, 100 + 20 / 6, 103.5]);
  });
});

describe("the mask of a frame among others", () => {
  it("has the molecules of the frames before and behind it, as far as there are such", () => {
    const masks = [0, 1, 2, 3, 4].map((frame) =>
      Uint8Array.from({ length: 5 }, (_, pixel) => (pixel === frame ? 1 : 0)),
    );
    assert.deepEqual([...maskedAround(masks, 2)], [0, 1, 1, 1, 0]);
    assert.deepEqual([...maskedAround(masks, 0)], [1, 1, 0, 0, 0]);
    assert.deepEqual([...maskedAround(masks, 4)], [0, 0, 0, 1, 1]);
  });
});

describe("the near frames", () => {
  const rangeOf = (frame: number, frameCount: number, nearFrames: number): number[] => {
    const { from, to } = nearRange(frame, frameCount, nearFrames);
    return [from, to];
  };

  it("are W around a frame, and the same number on both sides of one that is nearer to an end, but for the last few", () => {
    for (const [frame, from, to] of [
      [300, 285, 315],
      [15, 0, 30],
      [14, 0, 29],
      [5, 0, 11],
      [4, 0, 9],
      [3, 0, 8],
      [0, 0, 5],
      [584, 569, 599],
      [585, 571, 600],
      [594, 589, 600],
      [599, 595, 600],
    ] as const) {
      assert.deepEqual(rangeOf(frame, 600, 30), [from, to], `frame ${frame}`);
    }
  });

  it("are of the stack, however few there are, and hold the frame", () => {
    for (let frameCount = 1; frameCount < 12; frameCount++) {
      for (let nearFrames = 1; nearFrames <= frameCount; nearFrames++) {
        for (let frame = 0; frame < frameCount; frame++) {
          const { from, to } = nearRange(frame, frameCount, nearFrames);
          const what = `${nearFrames} near frame ${frame} of ${frameCount}: ${from} to ${to}`;
          assert.ok(from >= 0 && from <= frame && frame < to && to <= frameCount, what);
          assert.ok(to - from <= Math.max(nearFrames, 3), what);
        }
      }
    }
  });
});

describe("the correction by the near frames", () => {
  const [width, height] = [24, 16];

  it("moves the means to the level of the near frames where that is the same all over, and leaves their pattern", () => {
    const pattern = Float32Array.from({ length: width * height }, () => random.integer(50));
    const grid = tileGridOf(width, height);
    const sums = new Float64Array(6);
    sumTiles(
      Uint16Array.from(pattern, (value) => 3 * (value + 107)),
      new Uint8Array(pattern.length),
      grid,
      sums,
    );
    const means = pattern.map((value) => value + 100);
    correctByNear(means, { sums, counts: new Uint8Array(pattern.length).fill(3) }, grid, true);
    assert.deepEqual(
      means,
      pattern.map((value) => value + 107),
    );
  });

  it("is linear between the middles of tiles of 8 pixels, level beyond the last, and 0 where a tile is masked", () => {
    const grid = tileGridOf(width, 8);
    assert.deepEqual([grid.columns, grid.rows], [3, 1]);
    const means = new Float32Array(width * 8);
    const counts = Uint8Array.from(means, (_, i) => (i % width < 16 ? 1 : 0));
    correctByNear(means, { sums: Float64Array.of(64 * 8, 64 * 16, 0), counts }, grid, true);
    const expected = Array.from({ length: width }, (_, column) => {
      if (column < 4) return 8;
      if (column < 12) return 8 + (column + 0.5 - 4);
      return column < 20 ? 16 - 2 * (column + 0.5 - 12) : 0;
    });
    for (let row = 0; row < 8; row++) assert.deepEqual([...means.subarray(row * width, (row + 1) * width)], expected);
  });

  it("takes the pixels left over at the right and the bottom to the last tile", () => {
    assert.deepEqual([tileGridOf(3, 11).columns, tileGridOf(3, 11).rows], [1, 1]);
    assert.deepEqual([tileGridOf(12, 19).columns, tileGridOf(12, 19).rows], [2, 2]);
    const sums = new Float64Array(4);
    sumTiles(new Uint8Array(12 * 19).fill(1), new Uint8Array(12 * 19), tileGridOf(12, 19), sums);
    assert.deepEqual([...sums], [8 * 8, 4 * 8, 8 * 11, 4 * 11]);
  });

  it("follows a background that bleaches, where the mean of the window alone stays behind", () => {
    const [size, count, windowFrames, centre] = [32, 100, 100, 50];
    const level = (frame: number): number => 100 + 400 * Math.exp(-frame / 40);
    const stack = Array.from({ length: count }, (_, frame) => new Float32Array(size * size).fill(level(frame)));
    const masks = stack.map(() => new Uint8Array(size * size));
    const alone = at(maskedMean(stack, masks), 0) - level(centre);
    const near = nearInWindow(centre, count, windowFrames);
    const corrected = at(maskedBackground(stack, masks, near, size, size), 0) - level(centre);
    assert.ok(Math.abs(corrected) < Math.abs(alone) / 8, `${corrected} against ${alone}`);
  });

  it("follows it to the first and the last frame", () => {
    const [size, count, windowFrames] = [16, 300, 100];
    const level = (frame: number): number => 100 + 400 * Math.exp(-frame / 200);
    for (const frame of [0, 3, 9, 14, 15, count - 15, count - 1]) {
      const start = medianWindowStart(frame, count, windowFrames);
      const stack = Array.from({ length: windowFrames }, (_, k) =>
        new Float32Array(size * size).fill(level(start + k)),
      );
      const masks = stack.map(() => new Uint8Array(size * size));
      const near = nearInWindow(frame, count, windowFrames);
      const off = at(maskedBackground(stack, masks, near, size, size), 0) - level(frame);
      // Two frames of bleaching at most, where fifteen were.
      assert.ok(Math.abs(off) <= 2 * (level(0) - level(1)) + 1e-3, `frame ${frame}: ${off}`);
    }
  });
});

/** The near frames, counted from the first of the window. */
function nearInWindow(frame: number, frameCount: number, windowFrames: number): { from: number; to: number } {
  const size = Math.min(windowFrames, frameCount);
  const { from, to } = nearRange(frame, frameCount, nearFramesOf(size));
  const start = medianWindowStart(frame, frameCount, size);
  return { from: from - start, to: to - start };
}

/**
 * The reference: each frame without its background, and that background.
 *
 * @param found - where molecules are in each frame of the stack
 */
function reference(
  stack: readonly SampleArray[],
  found: readonly Uint8Array[],
  frame: number,
  windowFrames: number,
  { width, height }: { readonly width: number; readonly height: number } = sample,
): { readonly sparse: Float32Array; readonly lowRank: Float32Array } {
  const start = medianWindowStart(frame, stack.length, windowFrames);
  const window = stack.slice(start, start + windowFrames);
  const masks = window.map((_, k) => maskedAround(found, start + k));
  const lowRank = maskedBackground(window, masks, nearInWindow(frame, stack.length, windowFrames), width, height);
  return { sparse: Float32Array.from(at(stack, frame), (value, i) => value - at(lowRank, i)), lowRank };
}

/** Equal for integers; of floats the sums are rounded on other ways. */
function assertSame(found: ArrayLike<number>, expected: Float32Array, type: SampleType, what: string): void {
  if (type !== "float32") {
    assert.deepEqual(found, expected, what);
    return;
  }
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs(at(found, i) - value) <= 1e-4, `${what}, pixel ${i}: ${at(found, i)}, expected ${value}`);
  }
}

describe("running sums", () => {
  const [width, height, windowFrames, count] = [37, 21, 9, 40];
  const pixels = width * height;
  const shapeOf = (type: SampleType) => ({ frames: count, height, width, type });

  for (const [name, create] of [
    ["kernels", createKernelSums.bind(null, kernels)],
    ["TypeScript", createPlainSums],
  ] as const) {
    for (const type of ["uint8", "uint16", "float32"] as const) {
      it(`are those of the window, for ${type} in ${name}`, () => {
        const plan = planMaskedMean("stack", shapeOf(type), count, windowFrames);
        const sums = create(plan, { plans: floats, frames: 1 });
        const top = type === "uint8" ? 255 : 65_535;
        const spots = createRandom(3, "spots");
        const stack: SampleArray[] = [];
        const masks: Uint8Array[] = [];
        for (let frame = 0; frame < count; frame++) {
          const samples = createSamples(type, pixels).map(() =>
            type === "float32" ? 300 * random.normal() : random.integer(top + 1),
          ) as SampleArray;
          // A molecule that is always on, and one that is so bright that what was summed with it loses its digits.
          const sparse = new Float32Array(pixels);
          sparse[5 * width + 30] = 900;
          sparse[spots.integer(pixels)] = 1200;
          if (type === "float32" && frame === 12) samples[400] = 3e38;
          stack.push(samples);
          masks.push(maskMolecules(sparse, width, height));
          sums.frames[frame % plan.slots]?.set(samples);
          sums.find(frame % 3, sparse);
          // The frame before enters, now that the molecules of this one are known.
          const entering = frame - 1;
          if (entering < 0) continue;
          const slotOf = (index: number): number => (index < 0 ? -1 : index % plan.slots);
          sums.mask(slotOf(entering), [Math.max(0, entering - 1) % 3, entering % 3, frame % 3]);
          sums.slide(slotOf(entering), slotOf(entering - windowFrames));
          const centre = entering - windowFrames + 1 + Math.floor(windowFrames / 2);
          const near = medianWindowStart(centre, count, plan.nearFrames);
          if (entering < windowFrames - 1) continue;
          if (entering === windowFrames - 1) {
            for (let k = 0; k < plan.nearFrames; k++) sums.slideNear(slotOf(near + k), -1);
          } else {
            sums.slideNear(slotOf(near + plan.nearFrames - 1), slotOf(near - 1));
          }
          sums.estimate(Array.from({ length: plan.nearFrames }, (_, k) => slotOf(near + k)));
          assert.equal(sums.write(slotOf(centre), 0, 0), 0);
          const { sparse: found, lowRank } = sums.outputs[0];
          assert.ok(found && lowRank);
          if (type === "float32" && entering >= 12 && entering < 12 + windowFrames) continue;
          // As if the stack went on, so that the window is not moved inward.
          const longer = [...stack, ...stack];
          const expected = reference(longer, [...masks, ...masks], centre, windowFrames, { width, height });
          assertSame(found, expected.sparse, type, `sparse of frame ${centre}`);
          assertSame(lowRank, expected.lowRank, type, `background of frame ${centre}`);
        }
      });
    }

    it(`as 16 bits have the offset, are rounded and limited, and what does not fit is counted, in ${name}`, () => {
      const plan = planMaskedMean("stack", { frames: 6, height: 1, width: 11, type: "uint16" }, 6, 6);
      const sums = create(plan, { plans: { sparse: { type: "uint16", offsetAdu: 100 }, lowRank: null }, frames: 2 });
      const values = [0, 200, 0, 350, 500, 65_535, 30, 31, 33, 1200, 5];
      for (let slot = 0; slot < 6; slot++) {
        sums.frames[slot]?.set(slot === 0 ? values : values.map((value) => (value === 500 ? 506 : value)));
        sums.frames[slot]?.fill(slot === 0 ? 65_535 : 1000, 5, 6);
        sums.frames[slot]?.fill(slot === 0 ? 0 : 600, 2, 3);
        sums.find(0, new Float32Array(11));
        sums.mask(slot, [0, 0, 0]);
        sums.slide(slot, -1);
        sums.slideNear(slot, -1);
      }
      // By all of them: so next to nothing is corrected.
      sums.estimate([0, 1, 2, 3, 4, 5]);
      // Frame 0 less the means: 500 − 505 + 100, 0 − 500 + 100 (limited), 65535 − 11755.83 + 100.
      const clipped = sums.write(0, 1, 0);
      assert.deepEqual(
        [...(sums.outputs[0].sparse ?? [])].slice(11),
        [100, 100, 0, 100, 95, 53_879, 100, 100, 100, 100, 100],
      );
      assert.equal(clipped, 1);
    });
  }
});

const shifts = [0, 12, 24];

interface Truth {
  readonly stack: readonly SampleArray[];
  readonly masks: readonly Uint8Array[];
}

/** Masks from the float64 separation, for a model. */
function truthOf(stack: readonly SampleArray[], model: ModelFile, width: number, height: number): Truth {
  const map = separationMap(networkOf(model), model.normalisation);
  const masks = stack.map((_, frame) => {
    const window = windowOf(frame, model.temporalShifts, stack.length);
    const sparse = new Float32Array(width * height);
    separate(
      map,
      window.frames.map((index) => at(stack, index)),
      window.channel,
      sparse,
      null,
    );
    return maskMolecules(sparse, width, height);
  });
  return { stack, masks };
}

describe("the method masked-mean", async () => {
  const simulation = createSimulation(createSimulationOptions(sample));
  const frames = Array.from({ length: sample.frames }, (_, frame) => simulation.frame(frame));
  const { client, close } = await connect();
  const stack = await client.openStack({ type: "simulated", options: sample });
  const configuration = { temporalShifts: shifts, trainFrames: "0:24", maxEpochs: 6, engine: "js", learningRate: 1e-3 };
  let model: ModelFile | undefined;
  for await (const report of await stack.train(configuration)) model = report.model;
  assert.ok(model);
  const trained = model;
  const room = new EngineRoom(() => "");
  const openOn = (
    reader: StackReader,
    windowFrames: number,
    engine: "js" | "wasm" = "js",
    tail: "shift" | "drop" = "shift",
  ) => openMaskedMeanMethod(reader, trained, windowFrames, { tail, engine }, floats, room);

  const converted: Readonly<Record<SampleType, readonly SampleArray[]>> = {
    uint8: frames.map((frame) => Uint8Array.from(frame, (value) => Math.min(255, value >> 1))),
    uint16: frames,
    float32: frames.map((frame) => Float32Array.from(frame, (value) => value * 0.37 - 20)),
  };

  for (const type of ["uint8", "uint16", "float32"] as const) {
    for (const [what, windowFrames, count] of [
      ["a window that slides", 20, 70],
      ["a window of the whole stack", 70, 70],
      ["a stack shorter than the window", 100, 30],
    ] as const) {
      it(`gives what the reference gives: ${type}, ${what}`, async () => {
        const part = converted[type].slice(0, count);
        const { masks } = truthOf(part, trained, sample.width, sample.height);
        assert.ok(masks.some((mask) => mask.includes(1)));
        const reader = memoryStack(part, type, sample.width, sample);
        const method = await openOn(reader, windowFrames);
        const pixels = framePixels(sample);
        for (let from = 0; from < count; from += 7) {
          const to = Math.min(count, from + 7);
          const { sparse, lowRank } = await method.clean(from, to, never);
          assert.ok(sparse && lowRank);
          for (let frame = from; frame < to; frame++) {
            const expected = reference(part, masks, frame, windowFrames);
            const range = [(frame - from) * pixels, (frame - from + 1) * pixels] as const;
            assertSame(sparse.subarray(...range), expected.sparse, type, `frame ${frame}`);
            assertSame(lowRank.subarray(...range), expected.lowRank, type, `background of ${frame}`);
          }
        }
        method.close();
      });
    }
  }

  it("gives the same on the WebAssembly engine", async () => {
    const { masks } = truthOf(frames, trained, sample.width, sample.height);
    const method = await openOn(memoryStack(frames, "uint16", sample.width, sample), 20, "wasm");
    const { sparse } = await method.clean(30, 40, never);
    for (let frame = 30; frame < 40; frame++) {
      const pixels = framePixels(sample);
      const found = sparse?.subarray((frame - 30) * pixels, (frame - 29) * pixels);
      assert.deepEqual(found, reference(frames, masks, frame, 20).sparse, `frame ${frame}`);
    }
    method.close();
  });

  it("reads each frame once in order, and gives the same frames in any order", async () => {
    const { masks } = truthOf(frames, trained, sample.width, sample.height);
    const reader = memoryStack(frames, "uint16", sample.width, sample);
    const { reads } = reader;
    const method = await openOn(reader, 20);
    const before = [...reads];
    for (let from = 0; from < 70; from += 5) await method.clean(from, from + 5, never);
    assert.deepEqual(
      reads.map((count, frame) => count - at(before, frame)),
      frames.map(() => 1),
    );
    for (const frame of [69, 0, 35, 34, 36, 50, 49, 12]) {
      const { sparse } = await method.clean(frame, frame + 1, never);
      assert.deepEqual(sparse, reference(frames, masks, frame, 20).sparse, `frame ${frame}`);
    }
    method.close();
  });

  it("goes on rightly after a call that was stopped", async () => {
    const { masks } = truthOf(frames, trained, sample.width, sample.height);
    const reader = memoryStack(frames, "uint16", sample.width, sample);
    const method = await openOn(reader, 20);
    for (const [from, to] of [
      [0, 30],
      [30, 60],
    ] as const) {
      const controller = new AbortController();
      const work = method.clean(from, to, controller.signal);
      setImmediate(() => controller.abort(new Error("stopped")));
      await assert.rejects(work, /stopped/);
      const { sparse } = await method.clean(from + 3, from + 4, never);
      assert.deepEqual(sparse, reference(frames, masks, from + 3, 20).sparse);
    }
    method.close();
  });

  it("leaves the last frames out of the windows too where they are dropped", async () => {
    const { masks } = truthOf(frames, trained, sample.width, sample.height);
    const method = await openOn(memoryStack(frames, "uint16", sample.width, sample), 20, "js", "drop");
    assert.equal(method.to, 70 - 24);
    const { sparse } = await method.clean(45, 46, never);
    assert.deepEqual(sparse, reference(frames.slice(0, 46), masks.slice(0, 46), 45, 20).sparse);
    method.close();
  });

  it("refuses windows out of range, stacks too short and windows that do not fit the memory", async () => {
    const options = { from: 0, to: 70, lowRank: false, tail: "shift", engine: "js" } as const;
    for (const windowFrames of [5, 2002, 7.5, NaN]) {
      await rejectsWith(
        stack.clean({ type: "masked-mean", model: trained, windowFrames }, options),
        "bad-input",
        /window of the masked mean is .* frames, expected a whole number from 6 to 2001/,
      );
    }
    const reader = memoryStack(frames.slice(0, 20), "uint16", sample.width, sample);
    await assert.rejects(openOn(reader, 20), /the stack has 20 frames, temporal shifts .* need at least 25/);
    assert.throws(
      () => planMaskedMean("large.tif", { frames: 500, height: 2048, width: 2048, type: "uint16" }, 500, 200),
      (error) =>
        isSlnetError(error, "out-of-memory") && /large\.tif: a masked mean of 200 frames needs/.test(error.message),
    );
  });

  it("through the worker gives frames with their sign, and no values for single pixels", async () => {
    const method = { type: "masked-mean", model: trained, windowFrames: 20 } as const;
    const { masks } = truthOf(frames, trained, sample.width, sample.height);
    const run = await stack.clean(method, { from: 0, to: 70, lowRank: true, tail: "shift", engine: "js" });
    const pixels = framePixels(sample);
    for await (const { from, to, sparse, lowRank } of run) {
      for (let frame = from; frame < to; frame++) {
        const expected = reference(frames, masks, frame, 20);
        const range = [(frame - from) * pixels, (frame - from + 1) * pixels] as const;
        assert.deepEqual(sparse.subarray(...range), expected.sparse);
        assert.deepEqual(lowRank?.subarray(...range), expected.lowRank);
        assert.ok(expected.sparse.some((value) => value < 0));
      }
    }
    await run.close();
    const line = { from: [0, 0], to: [3, 0] } as const;
    await rejectsWith(
      stack.profile(method, line, { from: 0, to: 70, tail: "shift", engine: "js" }),
      "unsupported",
      /looks for molecules in whole frames/,
    );
  });

  it("ends", async () => {
    await stack.close();
    close();
  });
});
