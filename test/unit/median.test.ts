import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { SlnetError } from "../../src/core/errors.js";
import type { SampleArray, SampleType } from "../../src/core/frames.js";
import { createMedianSelection } from "../../src/core/median.js";
import { createRandom } from "../../src/core/random.js";
import { golden, goldenFrame, goldenSide } from "../golden/golden.js";

function medianOf(type: SampleType, frames: readonly SampleArray[], pixels = frames[0]?.length ?? 0): Float32Array {
  const selection = createMedianSelection(type, pixels);
  for (let pass = 0; pass < selection.passes; pass++) {
    for (const frame of frames) selection.add(frame);
    selection.finishPass();
  }
  return selection.result();
}

/** The lower of the two middle values, by sorting. */
function sortedMedian(frames: readonly SampleArray[], pixel: number): number {
  const values = frames.map((frame) => frame[pixel] ?? NaN).sort((a, b) => a - b);
  return values[Math.floor((values.length - 1) / 2)] ?? NaN;
}

describe("createMedianSelection", () => {
  it("gives the golden median of an even number of frames", () => {
    const frames = Array.from({ length: 110 }, (_, frame) => goldenFrame(frame));
    const expected = Float32Array.from(golden("median_image").values);
    assert.equal(expected.length, goldenSide ** 2);
    assert.deepEqual(medianOf("uint16", frames), expected);
  });

  const random = createRandom(1, "median");
  const makers: Record<SampleType, () => SampleArray> = {
    uint8: () => Uint8Array.from({ length: 20 }, () => random.integer(256)),
    uint16: () => Uint16Array.from({ length: 20 }, () => random.integer(65_536)),
    float32: () => Float32Array.from({ length: 20 }, () => random.normal() * 10 ** (random.integer(20) - 10)),
  };
  for (const [type, passes] of [
    ["uint8", 1],
    ["uint16", 2],
    ["float32", 4],
  ] as const) {
    it(`finds medians of ${type} frames as sorting does, in ${passes} passes`, () => {
      assert.equal(createMedianSelection(type, 20).passes, passes);
      for (const count of [1, 2, 3, 10, 31]) {
        const frames = Array.from({ length: count }, makers[type]);
        const found = medianOf(type, frames);
        assert.deepEqual(
          [...found],
          Array.from(found, (_, pixel) => sortedMedian(frames, pixel)),
        );
      }
    });
  }

  it("orders negative, zero and extreme floats, in a frame that is part of a larger array", () => {
    const values = [-3.4028234663852886e38, -1, -1e-45, 0, 1e-45, 2, 3.4028234663852886e38];
    const frames = values.map((value) => Float32Array.of(9, value).subarray(1));
    assert.deepEqual([...medianOf("float32", frames)], [0]);
    assert.deepEqual([...medianOf("float32", frames.slice(0, 4))], [-1]);
  });

  it("uses smaller digits, and more passes, rather than more memory for large frames", () => {
    assert.equal(createMedianSelection("uint16", 362 * 362).passes, 2);
    assert.equal(createMedianSelection("uint16", 400 * 400).passes, 4);
    const pixels = 400 * 400;
    const frames = [5, 60_000, 300].map((value) => {
      const frame = new Uint16Array(pixels).fill(value);
      frame[pixels - 1] = value + 7;
      return frame;
    });
    const found = medianOf("uint16", frames);
    assert.equal(found[0], 300);
    assert.equal(found[pixels - 1], 307);
  });

  it("refuses no frames, frames of another size, and passes that differ", () => {
    const badInput = (error: unknown): boolean => error instanceof SlnetError && error.code === "bad-input";
    assert.throws(() => createMedianSelection("uint8", 4).finishPass(), badInput);
    assert.throws(() => createMedianSelection("uint8", 4).add(new Uint8Array(5)), badInput);
    const selection = createMedianSelection("uint16", 1);
    selection.add(Uint16Array.of(1));
    selection.add(Uint16Array.of(2));
    selection.finishPass();
    selection.add(Uint16Array.of(1));
    assert.throws(() => selection.finishPass(), /pass 2 had 1 frames, expected 2/);
  });
});
