import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { SlnetError } from "../../src/core/errors.js";
import { createSamples, type SampleArray, type SampleType, type StackShape } from "../../src/core/frames.js";
import { encodeUint16 } from "../../src/core/io/encode-samples.js";
import { createRandom } from "../../src/core/random.js";
import { medianWindowStart, slideMedians } from "../../src/core/running-median.js";
import type { OutputRoom } from "../../src/worker/methods/running-median-finder.js";
import { planRunningMedian } from "../../src/worker/methods/running-median-plan.js";
import { memoryStack } from "./memory-stack.js";

// As they are bundled for Node: the compiled kernels come from the bundler.
const bundle = (name: string): string => new URL(`../../../build/bundles/node/${name}.js`, import.meta.url).href;
const { loadKernels } = (await import(bundle("kernels"))) as typeof import("../../src/worker/engines/kernels.js");
const { createKernelFinder } = (await import(
  bundle("running-median-kernel")
)) as typeof import("../../src/worker/methods/running-median-kernel.js");
const { RunningMedian } = (await import(
  bundle("running-median")
)) as typeof import("../../src/worker/methods/running-median.js");
const kernels = await loadKernels();

const random = createRandom(7, "running median");
const types = ["uint8", "uint16", "float32"] as const satisfies readonly SampleType[];
const whole: Record<SampleType, number> = { uint8: 255, uint16: 65_535, float32: 3e38 };

/** Values of a pixel over time; `frame` and `pixel` count from 0. */
const signals: Readonly<Record<string, (frame: number, pixel: number, type: SampleType) => number>> = {
  "distinct values": (_, __, type) =>
    type === "float32" ? random.normal() * 10 ** random.integer(9) : random.integer(whole[type] + 1),
  "heavy ties": () => 7 + random.integer(3),
  constants: (_, pixel) => pixel,
  "rising ramps": (frame, pixel) => frame * (1 + (pixel % 3)),
  "falling ramps": (frame, pixel) => 60_000 - frame * (1 + (pixel % 3)),
  steps: (frame, pixel) => (Math.floor(frame / 37) % 2) * 200 + (pixel % 5),
  "alternation between the limits": (frame, pixel, type) => ((frame + pixel) % 2) * whole[type],
};

function stackOf(type: SampleType, frames: number, pixels: number, signal: string): SampleArray[] {
  return Array.from({ length: frames }, (_, frame) => {
    const samples = createSamples(type, pixels);
    for (let pixel = 0; pixel < pixels; pixel++) samples[pixel] = signals[signal]?.(frame, pixel, type) ?? NaN;
    return samples;
  });
}

/** The lower of the two middle values of the window of a frame, by sorting. */
function sortedMedian(stack: readonly SampleArray[], frame: number, windowFrames: number): SampleArray {
  const size = Math.min(windowFrames, stack.length);
  const first = Math.min(Math.max(0, frame - Math.floor(size / 2)), stack.length - size);
  const window = stack.slice(first, first + size);
  return (stack[frame] as SampleArray).map((_, pixel) => {
    const values = window.map((samples) => samples[pixel] ?? NaN).sort((a, b) => a - b);
    return values[Math.floor((size - 1) / 2)] ?? NaN;
  });
}

const { signal: never } = new AbortController();
const noOutputs: OutputRoom = { plans: { sparse: null, lowRank: null }, frames: 1 };

describe("medianWindowStart", () => {
  it("has as many frames before the frame as behind it, or for an even number one more before", () => {
    assert.equal(medianWindowStart(100, 1000, 51), 75);
    assert.equal(medianWindowStart(100, 1000, 50), 75);
  });

  it("moves the window inward at both ends", () => {
    assert.deepEqual(
      [0, 1, 2, 3, 8, 9].map((frame) => medianWindowStart(frame, 10, 5)),
      [0, 0, 0, 1, 5, 5],
    );
  });

  it("takes the whole stack where the window is longer", () => {
    assert.deepEqual(
      [0, 5, 9].map((frame) => medianWindowStart(frame, 10, 50)),
      [0, 0, 0],
    );
  });
});

const plainMedians = (stack: readonly SampleArray[], windowFrames: number, count: number): SampleArray[] => {
  const pixels = stack[0]?.length ?? 0;
  const medians = Array.from({ length: count }, () => (stack[0] as SampleArray).slice());
  slideMedians(stack, windowFrames, medians, 0, pixels);
  return medians;
};
const kernelMedians = (
  stack: readonly SampleArray[],
  windowFrames: number,
  count: number,
  type: SampleType,
): SampleArray[] => {
  const pixels = stack[0]?.length ?? 0;
  const finder = createKernelFinder(
    kernels,
    { type, pixels, windowFrames, slots: stack.length, blockFrames: count },
    noOutputs,
  );
  stack.forEach((samples, slot) => finder.frames[slot]?.set(samples));
  finder.prepare(stack.map((_, slot) => slot));
  finder.find(0, pixels);
  return [...finder.medians];
};

/** Medians of windows that start at the first frames of a stack. */
function expectedMedians(stack: readonly SampleArray[], windowFrames: number, count: number): SampleArray[] {
  return Array.from({ length: count }, (_, start) =>
    sortedMedian(stack.slice(start, start + windowFrames), 0, windowFrames),
  );
}

for (const type of types) {
  describe(`running medians of ${type}`, () => {
    for (const signal of Object.keys(signals)) {
      it(`are those of sorted windows for ${signal}`, () => {
        for (const windowFrames of [3, 4, 5, 8, 15, 16, 17, 31, 50, 63, 64, 100, 129]) {
          for (let count = 4; count <= windowFrames + 1; count *= 2) {
            const pixels = 1 + random.integer(40);
            const stack = stackOf(type, windowFrames + count - 1, pixels, signal);
            const expected = expectedMedians(stack, windowFrames, count);
            const what = `${windowFrames} frames, ${count} windows, ${pixels} pixels`;
            assert.deepEqual(kernelMedians(stack, windowFrames, count, type), expected, `kernel: ${what}`);
            assert.deepEqual(plainMedians(stack, windowFrames, count), expected, `plain: ${what}`);
          }
        }
      });
    }
  });
}

for (const [name, module] of [
  ["kernel", kernels],
  ["plain", null],
] as const) {
  describe(`RunningMedian, ${name}`, () => {
    for (const type of types) {
      it(`gives each frame of ${type} with its median, and reads each once`, async () => {
        for (const [frames, windowFrames, width] of [
          [1, 50, 5],
          [2, 3, 5],
          [3, 3, 21],
          [40, 50, 7],
          [50, 50, 16],
          [51, 50, 17],
          [400, 3, 9],
          [333, 50, 33],
          [500, 101, 8],
        ] as const) {
          const stack = stackOf(type, frames, width, "distinct values");
          const reader = memoryStack(stack, type, width);
          const medians = RunningMedian.open(reader, windowFrames, noOutputs, module);
          for (let frame = 0; frame < frames; frame++) {
            const given = await medians.frame(frame, never);
            const what = `frame ${frame} of ${frames}, windows of ${windowFrames}`;
            assert.deepEqual(given.frame, stack[frame], what);
            assert.deepEqual(given.median, sortedMedian(stack, frame, windowFrames), what);
          }
          assert.ok(
            reader.reads.every((count) => count === 1),
            `${frames} frames, windows of ${windowFrames}`,
          );
        }
      });
    }

    for (const type of types) {
      it(`takes the median of ${type} off each frame, and counts what does not fit 16 bits`, async () => {
        const [frames, width] = [30, 21];
        // With parts of an ADU, values below zero and values that do not fit.
        const scale = { uint8: 1, uint16: 257, float32: 300.37 }[type];
        const stack = Array.from({ length: frames }, () =>
          createSamples(type, width).map(() => (random.integer(256) - (type === "float32" ? 60 : 0)) * scale),
        );
        const plans = {
          sparse: { type: "uint16", offsetAdu: 100 },
          lowRank: { type: "float32", offsetAdu: 0.5 },
        } as const;
        for (const swapped of [false, true]) {
          const room = { plans: swapped ? { sparse: plans.lowRank, lowRank: plans.sparse } : plans, frames: 2 };
          const medians = RunningMedian.open(memoryStack(stack, type, width), 9, room, module);
          for (let frame = 0; frame < frames; frame++) {
            const into = frame % 2 === 0 ? 0 : 1;
            const clipped = await medians.separate(frame, 1, into, never);
            const samples = stack[frame] as SampleArray;
            const background = Float32Array.from(sortedMedian(stack, frame, 9));
            const remainder = background.map((value, pixel) => Math.max(0, (samples[pixel] ?? NaN) - value));
            const [integers, floats] = swapped ? [background, remainder] : [remainder, background];
            const encoded = new Uint16Array(width);
            assert.equal(clipped, encodeUint16(integers, 100, encoded), `clipped of frame ${frame}`);
            const given = medians.outputs[into];
            const [givenIntegers, givenFloats] = swapped
              ? [given.lowRank, given.sparse]
              : [given.sparse, given.lowRank];
            assert.deepEqual(givenIntegers?.subarray(width), encoded, `frame ${frame} in 16 bits`);
            assert.deepEqual(
              givenFloats?.subarray(width),
              floats.map((value) => value + 0.5),
              `frame ${frame} in float32`,
            );
          }
        }
      });
    }

    it("has windows of 2001 frames", async () => {
      const stack = stackOf("uint16", 2300, 3, "distinct values");
      const medians = RunningMedian.open(memoryStack(stack, "uint16", 3), 2001, noOutputs, module);
      for (let frame = 0; frame < 2300; frame += 1) {
        const { median } = await medians.frame(frame, never);
        if (frame % 23 === 0) assert.deepEqual(median, sortedMedian(stack, frame, 2001), `frame ${frame}`);
      }
    });

    it("starts again at any frame", async () => {
      const stack = stackOf("uint16", 600, 19, "distinct values");
      const medians = RunningMedian.open(memoryStack(stack, "uint16", 19), 50, noOutputs, module);
      const jumps = Array.from({ length: 150 }, () => random.integer(600)).flatMap((frame) => [
        frame,
        frame + 1,
        frame,
      ]);
      for (const frame of [599, 0, 300, 301, 299, 340, 20, 598, ...jumps.filter((frame) => frame < 600)]) {
        const given = await medians.frame(frame, never);
        assert.deepEqual(given.frame, stack[frame], `frame ${frame}`);
        assert.deepEqual(given.median, sortedMedian(stack, frame, 50), `median of frame ${frame}`);
      }
    });

    it("reads little more than the window after a jump", async () => {
      const stack = stackOf("uint16", 5000, 2000, "constants");
      const reader = memoryStack(stack, "uint16", 2000);
      const medians = RunningMedian.open(reader, 501, noOutputs, module);
      await medians.frame(3000, never);
      const read = reader.reads.reduce((sum, count) => sum + count, 0);
      assert.ok(read <= 501 + 3 * 64, `${read} frames`);
    });

    it("goes on after a call that was aborted", async () => {
      const stack = stackOf("uint16", 300, 19, "distinct values");
      const medians = RunningMedian.open(memoryStack(stack, "uint16", 19), 50, noOutputs, module);
      await medians.frame(0, never);
      const controller = new AbortController();
      const stopped = medians.frame(250, controller.signal);
      controller.abort(new Error("enough"));
      await assert.rejects(stopped, /enough/);
      for (const frame of [250, 0, 299]) {
        assert.deepEqual((await medians.frame(frame, never)).median, sortedMedian(stack, frame, 50), `frame ${frame}`);
      }
    });

    it("fails with the reader's error where a frame that is needed cannot be read, and gives those before", async () => {
      const stack = stackOf("uint16", 400, 4, "distinct values");
      const reader = memoryStack(stack, "uint16", 4);
      const { readFrames } = reader;
      reader.readFrames = async (from, to, out, signal) => {
        if (to > 350) throw new SlnetError("bad-input", "the file ends early");
        await readFrames(from, to, out, signal);
      };
      const medians = RunningMedian.open(reader, 20, noOutputs, module);
      let given = 0;
      await assert.rejects(
        async () => {
          for (; given < 400; given++) await medians.frame(given, never);
        },
        (error: unknown) => error instanceof SlnetError && error.message === "the file ends early",
      );
      assert.ok(given >= 240, `${given} frames`);
    });
  });
}

describe("planRunningMedian", () => {
  const shapeOf = (frames: number, side: number): StackShape => ({ frames, height: side, width: side, type: "uint16" });

  it("takes smaller blocks where frames are large", () => {
    assert.equal(planRunningMedian("stack", shapeOf(10_000, 256), 1000).blockFrames, 512);
    // 329 MB, and 266 MB with the smallest blocks.
    assert.equal(planRunningMedian("stack", shapeOf(10_000, 512), 500).blockFrames, 64);
    // 658 MB, and 529 MB with the smallest blocks.
    assert.equal(planRunningMedian("stack", shapeOf(10_000, 512), 1000).blockFrames, 128);
  });

  it("takes blocks no larger than a short stack needs", () => {
    assert.equal(planRunningMedian("stack", shapeOf(510, 256), 500).blockFrames, 16);
  });

  it("refuses what needs more than 1 GB, and says how much that is", () => {
    assert.throws(() => planRunningMedian("stack", shapeOf(10_000, 2048), 2001), {
      name: "SlnetError",
      code: "out-of-memory",
      message: "stack: a running median of 2001 frames needs 16845 MB, the limit is 1000 MB; use a shorter window",
    });
  });
});
