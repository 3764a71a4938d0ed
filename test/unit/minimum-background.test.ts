import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { SlnetError } from "../../src/core/errors.js";
import { createSamples, type SampleArray, type SampleType, unknownMetadata } from "../../src/core/frames.js";
import {
  cameraOfStack,
  completeNoiseCamera,
  createMinimumCorrection,
  minimumBackground,
  type NoiseCamera,
} from "../../src/core/minimum-background.js";
import { createRandom } from "../../src/core/random.js";
import { medianWindowStart } from "../../src/core/running-median.js";
import { openMinimumMethod } from "../../src/worker/methods/minimum-method.js";
import { planRunningMinimum } from "../../src/worker/methods/running-minimum.js";
import { memoryStack } from "./memory-stack.js";

const random = createRandom(11, "minimum");
const never = new AbortController().signal;
const float = { type: "float32", offsetAdu: 0 } as const;
const plain: NoiseCamera = { offsetAdu: 0, aduPerElectron: 1, readNoiseElectrons: 0, excessNoise: 1 };

function meanOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe("the background from the minimum", () => {
  it("of a steady Poisson background is right within 1 % from 10 photons on", () => {
    for (const [mean, frames] of [
      [10, 50],
      [10, 100],
      [30, 100],
      [30, 200],
      [100, 100],
      [400, 50],
    ] as const) {
      const pixels = 1500;
      const window = Array.from({ length: frames }, () =>
        Uint16Array.from({ length: pixels }, () => random.poisson(mean)),
      );
      const found = meanOf(minimumBackground(window, createMinimumCorrection(frames, plain)));
      // Of 1500 pixels the mean is known to 0.5·√mean/√1500.
      assert.ok(Math.abs(found - mean) < 0.01 * mean + 0.05, `${frames} frames of ${mean}: ${found}`);
    }
  });

  it("is in ADU, offset included, for a camera with gain, read noise and excess noise", () => {
    const camera: NoiseCamera = { offsetAdu: 100, aduPerElectron: 2.17, readNoiseElectrons: 1.6, excessNoise: 1 };
    const pixels = 1500;
    const window = Array.from({ length: 100 }, () =>
      Float32Array.from({ length: pixels }, () => 100 + 2.17 * (random.poisson(40) + 1.6 * random.normal())),
    );
    const found = meanOf(minimumBackground(window, createMinimumCorrection(100, camera)));
    assert.ok(Math.abs((found - 100) / 2.17 - 40) < 0.4, `${found}`);
    // One frame has no minimum but itself, and a camera twice as noisy makes a minimum tell of more light.
    assert.ok(Math.abs(createMinimumCorrection(1, plain)(57) - 57) < 1e-9);
    const [least, noisy] = [
      createMinimumCorrection(100, plain)(60),
      createMinimumCorrection(100, { ...plain, excessNoise: 2 })(60),
    ];
    assert.ok(least > 75 && noisy > least + 5, `${least}, ${noisy}`);
  });

  it("does not see molecules that leave each pixel dark in some frames, where the median does", () => {
    const window = Array.from({ length: 100 }, (_, frame) =>
      Uint16Array.from({ length: 500 }, () => random.poisson(50) + (frame % 10 < 6 ? 200 : 0)),
    );
    const found = meanOf(minimumBackground(window, createMinimumCorrection(100, plain)));
    // 40 dark frames are taken for 100: their minimum is a little higher.
    assert.ok(found > 50 && found < 54, `${found}`);
  });

  it("needs a camera that somebody knows", () => {
    const known = { ...unknownMetadata, cameraOffsetAdu: 100, aduPerElectron: 2 };
    assert.deepEqual(completeNoiseCamera("a.tif", cameraOfStack, known), {
      ...plain,
      offsetAdu: 100,
      aduPerElectron: 2,
    });
    const asked = { ...cameraOfStack, offsetAdu: 90 };
    assert.equal(completeNoiseCamera("a.tif", asked, known).offsetAdu, 90);
    for (const [request, metadata, message] of [
      [cameraOfStack, unknownMetadata, /a\.tif does not say the offset and gain of its camera/],
      [asked, unknownMetadata, /does not say the gain of/],
      [cameraOfStack, { ...known, cameraOffsetAdu: null }, /does not say the offset of/],
      [{ ...cameraOfStack, aduPerElectron: 0 }, known, /camera aduPerElectron is 0, expected 1e-9 to/],
      [{ ...cameraOfStack, readNoiseElectrons: NaN }, known, /camera readNoiseElectrons is NaN/],
      [{ ...cameraOfStack, excessNoise: 3 }, known, /camera excessNoise is 3, expected 1 to 2/],
    ] as const) {
      assert.throws(
        () => completeNoiseCamera("a.tif", request, metadata),
        (error) => error instanceof SlnetError && error.code === "bad-input" && message.test(error.message),
      );
    }
  });
});

function stackOf(type: SampleType, frames: number, pixels: number): SampleArray[] {
  return Array.from({ length: frames }, () =>
    createSamples(type, pixels).map(() => (type === "float32" ? 300 * random.normal() : random.integer(200))),
  );
}

const camera = { offsetAdu: 20, aduPerElectron: 0.7, readNoiseElectrons: 1.1, excessNoise: 1 };
const options = (windowFrames: number) => ({ windowFrames, camera });

describe("the method minimum of the worker", () => {
  const corrections = new Map<number, (minimumAdu: number) => number>();
  const expectedOf = (stack: readonly SampleArray[], frame: number, windowFrames: number): Float32Array => {
    const start = medianWindowStart(frame, stack.length, windowFrames);
    const size = Math.min(windowFrames, stack.length);
    const correction = corrections.get(size) ?? createMinimumCorrection(size, camera);
    corrections.set(size, correction);
    return minimumBackground(stack.slice(start, start + size), correction);
  };

  for (const type of ["uint8", "uint16", "float32"] as const) {
    it(`gives what core gives for ${type}, and reads each frame once`, async () => {
      for (const [frames, windowFrames, pixels] of [
        [1, 100, 5],
        [2, 3, 5],
        [7, 3, 9],
        [40, 50, 7],
        [50, 50, 6],
        [51, 50, 6],
        [160, 3, 9],
        [260, 16, 9],
        [261, 17, 9],
        [333, 100, 33],
        [300, 101, 4],
      ] as const) {
        const stack = stackOf(type, frames, pixels);
        const reader = memoryStack(stack, type, pixels);
        const method = openMinimumMethod(reader, options(windowFrames), { sparse: float, lowRank: float });
        for (let from = 0; from < frames;) {
          const to = Math.min(frames, from + 1 + random.integer(9));
          const { sparse, lowRank } = await method.clean(from, to, never);
          for (let frame = from; frame < to; frame++) {
            const what = `frame ${frame} of ${frames}, windows of ${windowFrames}`;
            const expected = expectedOf(stack, frame, windowFrames);
            const [start, end] = [(frame - from) * pixels, (frame - from + 1) * pixels];
            assert.deepEqual(lowRank?.slice(start, end), expected, what);
            const above = expected.map((value, i) => Math.max(0, (stack[frame]?.[i] ?? NaN) - value));
            assert.deepEqual(sparse?.slice(start, end), above, `${what}, less its background`);
          }
          from = to;
        }
        assert.ok(reader.reads.every((times) => times === 1));
      }
    });
  }

  it("starts again at any frame", async () => {
    const stack = stackOf("uint16", 400, 6);
    const method = openMinimumMethod(memoryStack(stack, "uint16", 6), options(50), { sparse: null, lowRank: float });
    const jumps = Array.from({ length: 120 }, () => random.integer(399)).flatMap((frame) => [frame, frame + 1, frame]);
    for (const frame of [399, 0, 200, 201, 199, 230, 260, 20, ...jumps]) {
      const { lowRank } = await method.clean(frame, frame + 1, never);
      assert.deepEqual(lowRank, expectedOf(stack, frame, 50), `frame ${frame}`);
    }
  });

  it("gives the frames before one that cannot be read, and goes on after a stop", async () => {
    const stack = stackOf("uint16", 120, 6);
    const method = openMinimumMethod(memoryStack(stack, "uint16", 6, { brokenFrom: 90 }), options(20), {
      sparse: null,
      lowRank: float,
    });
    const { lowRank } = await method.clean(80, 81, never);
    assert.deepEqual(lowRank, expectedOf(stack, 80, 20));
    await assert.rejects(method.clean(81, 82, never), /the file ends here/);
    const { lowRank: earlier } = await method.clean(79, 80, never);
    assert.deepEqual(earlier, expectedOf(stack, 79, 20));
  });

  it("refuses a window or a memory out of range", () => {
    const reader = memoryStack(stackOf("uint16", 5, 6), "uint16", 6);
    const outputs = { sparse: float, lowRank: null };
    for (const windowFrames of [2, 2002, 3.5, NaN]) {
      assert.throws(
        () => openMinimumMethod(reader, options(windowFrames), outputs),
        (error) => error instanceof SlnetError && /window of the minimum is .* expected 3 to 2001/.test(error.message),
      );
    }
    const shape = { frames: 1e5, height: 2048, width: 2048, type: "uint16" } as const;
    assert.ok(planRunningMinimum("a.tif", shape, 90).bytes < 1e9);
    assert.throws(
      () => planRunningMinimum("a.tif", shape, 200),
      (error) =>
        error instanceof SlnetError && error.code === "out-of-memory" && /use a shorter window/.test(error.message),
    );
  });
});
